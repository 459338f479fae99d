import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u32, u64 } from "../wire/read.ts";
import { sharePath } from "../wire/text.ts";
import { ATTRIBUTE } from "./access.ts";

/** Impersonation level "impersonation" (MS-SMB2 2.2.13): the server acts with the user's rights. */
const IMPERSONATION = 2;

/** What to open and how; see `access.ts`. */
export interface CreateFields {
  /** Below the share, `/` between folders; empty for the share's own folder. */
  readonly path: string;
  readonly access: number;
  readonly share: number;
  readonly disposition: number;
  readonly options: number;
  readonly attributes?: number;
}

/** CREATE (MS-SMB2 2.2.13): no oplock, no create contexts. */
export function createRequest(fields: CreateFields): Buffer {
  const name = sharePath(fields.path);
  const frame = newFrame(56 + Math.max(1, name.length));
  const body = frame.subarray(BODY);
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(IMPERSONATION, 4);
  body.writeUInt32LE(fields.access, 24);
  body.writeUInt32LE(fields.attributes ?? ATTRIBUTE.normal, 28);
  body.writeUInt32LE(fields.share, 32);
  body.writeUInt32LE(fields.disposition, 36);
  body.writeUInt32LE(fields.options, 40);
  body.writeUInt16LE(HEADER + 56, 44);
  body.writeUInt16LE(name.length, 46);
  name.copy(body, 56);
  return frame;
}

/** What the answer to CREATE tells (MS-SMB2 2.2.14). */
export interface CreateAnswer {
  readonly lastWrite: bigint;
  readonly size: bigint;
  readonly attributes: number;
  /** The handle: 16 bytes of the server's own. */
  readonly fileId: Buffer;
}

export function readCreateAnswer(message: Buffer): CreateAnswer {
  return {
    lastWrite: u64(message, HEADER + 24),
    size: u64(message, HEADER + 48),
    attributes: u32(message, HEADER + 56),
    fileId: Buffer.from(slice(message, HEADER + 64, 16)),
  };
}
