import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u16, u32, u64 } from "../wire/read.ts";

/** SMB2_0_INFO_FILESYSTEM and FileFsFullSizeInformation (MS-SMB2 2.2.37, MS-FSCC 2.5.4). */
const FILE_SYSTEM = 2;
const FULL_SIZE = 7;
const FULL_SIZE_BYTES = 32;

/** QUERY_INFO for the free space of the file system that holds an open file (MS-SMB2 2.2.37). */
export function freeSpaceRequest(fileId: Buffer): Buffer {
  const frame = newFrame(40);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(41, 0);
  body.writeUInt8(FILE_SYSTEM, 2);
  body.writeUInt8(FULL_SIZE, 3);
  body.writeUInt32LE(FULL_SIZE_BYTES, 4);
  fileId.copy(body, 24);
  return frame;
}

/** Bytes that this user may still fill, quotas counted (MS-FSCC 2.5.4); `undefined` where the server tells something else instead. */
export function readFreeSpaceAnswer(message: Buffer): bigint | undefined {
  const info = slice(message, u16(message, HEADER + 2), u32(message, HEADER + 4));
  if (info.length < FULL_SIZE_BYTES) return undefined;
  return u64(info, 8) * BigInt(u32(info, 24)) * BigInt(u32(info, 28));
}
