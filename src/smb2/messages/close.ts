import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { u16, u64 } from "../wire/read.ts";

/** Ask for the attributes at the moment of closing (MS-SMB2 2.2.15). */
const POSTQUERY_ATTRIBUTES = 1;

/** CLOSE (MS-SMB2 2.2.15). */
export function closeRequest(fileId: Buffer): Buffer {
  const frame = newFrame(24);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(24, 0);
  body.writeUInt16LE(POSTQUERY_ATTRIBUTES, 2);
  fileId.copy(body, 8);
  return frame;
}

/** The file's size when it was closed, or `undefined` where the server does not tell (MS-SMB2 2.2.16). */
export function readCloseAnswer(message: Buffer): { size: bigint | undefined } {
  const told = (u16(message, HEADER + 2) & POSTQUERY_ATTRIBUTES) !== 0;
  return { size: told ? u64(message, HEADER + 48) : undefined };
}

/** FLUSH (MS-SMB2 2.2.17): to the medium, not only to the server's cache. */
export function flushRequest(fileId: Buffer): Buffer {
  const frame = newFrame(24);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(24, 0);
  fileId.copy(body, 8);
  return frame;
}
