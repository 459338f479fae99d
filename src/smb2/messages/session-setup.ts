import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u16 } from "../wire/read.ts";

/** Session flags (MS-SMB2 2.2.6). */
export const SESSION_FLAG = { guest: 1, anonymous: 2, encrypt: 4 } as const;

/** SESSION_SETUP (MS-SMB2 2.2.5). `previous` is a lost session that the server shall end; 0 for none. */
export function sessionSetupRequest(securityMode: number, token: Buffer, previous: bigint): Buffer {
  const frame = newFrame(24 + token.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(25, 0);
  body.writeUInt8(securityMode, 3);
  body.writeUInt16LE(HEADER + 24, 12);
  body.writeUInt16LE(token.length, 14);
  body.writeBigUInt64LE(previous, 16);
  token.copy(body, 24);
  return frame;
}

/** Reads the answer to SESSION_SETUP (MS-SMB2 2.2.6). */
export function readSessionSetupAnswer(message: Buffer): { flags: number; token: Buffer } {
  return {
    flags: u16(message, HEADER + 2),
    token: slice(message, u16(message, HEADER + 4), u16(message, HEADER + 6)),
  };
}
