import { malformed } from "../failures.ts";
import { BODY, HEADER } from "../wire/header.ts";
import { u32 } from "../wire/read.ts";

const FIXED = 48;
/** Where the data of a WRITE start in its frame: behind prefix, header and fixed fields. */
export const WRITE_DATA = BODY + FIXED;

/** Completes a frame whose data already stand at `WRITE_DATA` to a WRITE at `offset` (MS-SMB2 2.2.21). */
export function writeRequest(frame: Buffer, fileId: Buffer, offset: number): Buffer {
  const body = frame.subarray(BODY);
  body.fill(0, 0, FIXED);
  body.writeUInt16LE(49, 0);
  body.writeUInt16LE(HEADER + FIXED, 2);
  body.writeUInt32LE(frame.length - WRITE_DATA, 4);
  body.writeBigUInt64LE(BigInt(offset), 8);
  fileId.copy(body, 16);
  return frame;
}

/** Bytes that the server took (MS-SMB2 2.2.22). */
export function readWriteAnswer(message: Buffer, sent: number): number {
  const taken = u32(message, HEADER + 4);
  if (taken > sent) throw malformed(`it took ${taken} bytes where ${sent} were sent`);
  return taken;
}
