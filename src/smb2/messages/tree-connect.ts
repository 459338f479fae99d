import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { u32, u8 } from "../wire/read.ts";
import { utf16 } from "../wire/text.ts";

/** Share types (MS-SMB2 2.2.10). */
export const SHARE_TYPE = { disk: 1, pipe: 2, printer: 3 } as const;
/** SMB2_SHAREFLAG_ENCRYPT_DATA: whatever goes to this share is encrypted. */
const ENCRYPT_DATA = 0x8000;

/** TREE_CONNECT to `\\host\share` (MS-SMB2 2.2.9). */
export function treeConnectRequest(unc: string): Buffer {
  const path = utf16(unc);
  const frame = newFrame(8 + path.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(9, 0);
  body.writeUInt16LE(HEADER + 8, 4);
  body.writeUInt16LE(path.length, 6);
  path.copy(body, 8);
  return frame;
}

/** What the answer to TREE_CONNECT tells (MS-SMB2 2.2.10). */
export interface TreeAnswer {
  readonly shareType: number;
  readonly encrypt: boolean;
  /** What this user may do on the share at the most, as an access mask. */
  readonly maximalAccess: number;
}

export function readTreeConnectAnswer(message: Buffer): TreeAnswer {
  return {
    shareType: u8(message, HEADER + 2),
    encrypt: (u32(message, HEADER + 4) & ENCRYPT_DATA) !== 0,
    maximalAccess: u32(message, HEADER + 12),
  };
}
