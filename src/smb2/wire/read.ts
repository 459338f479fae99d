import { malformed } from "../failures.ts";

/** A byte of a server's message. Throws `PROTOCOL` when the message ends before it, as all readers here do. */
export function u8(bytes: Buffer, at: number): number {
  within(bytes, at, 1);
  return bytes.readUInt8(at);
}

/** Two bytes, little endian. */
export function u16(bytes: Buffer, at: number): number {
  within(bytes, at, 2);
  return bytes.readUInt16LE(at);
}

/** Four bytes, little endian. */
export function u32(bytes: Buffer, at: number): number {
  within(bytes, at, 4);
  return bytes.readUInt32LE(at);
}

/** Eight bytes, little endian. */
export function u64(bytes: Buffer, at: number): bigint {
  within(bytes, at, 8);
  return bytes.readBigUInt64LE(at);
}

/** `length` bytes as a view, not a copy. */
export function slice(bytes: Buffer, at: number, length: number): Buffer {
  within(bytes, at, length);
  return bytes.subarray(at, at + length);
}

function within(bytes: Buffer, at: number, length: number): void {
  if (at >= 0 && length >= 0 && at + length <= bytes.length) return;
  throw malformed(`a message of ${bytes.length} bytes points to ${length} bytes at ${at}`);
}
