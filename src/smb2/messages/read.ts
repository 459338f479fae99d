import { malformed } from "../failures.ts";
import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u32, u8 } from "../wire/read.ts";

/** READ of `length` bytes at `offset` (MS-SMB2 2.2.19). */
export function readRequest(fileId: Buffer, offset: number, length: number): Buffer {
  const frame = newFrame(49);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(49, 0);
  body.writeUInt8(HEADER + 16, 2);
  body.writeUInt32LE(length, 4);
  body.writeBigUInt64LE(BigInt(offset), 8);
  fileId.copy(body, 16);
  return frame;
}

/** The bytes in the answer to READ, a view of the message (MS-SMB2 2.2.20); never more than were asked for. */
export function readReadAnswer(message: Buffer, asked: number): Buffer {
  const length = u32(message, HEADER + 4);
  if (length > asked) throw malformed(`it answered a read of ${asked} bytes with ${length}`);
  return slice(message, u8(message, HEADER + 2), length);
}
