import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fingerprinting, type Fingerprint } from "../../transfer/digest.ts";
import { fromErrno } from "../../transfer/places/errno.ts";

/**
 * Makes a new local file that only its owner may read, on the disk when this settles, and tells what came through. Throws what the
 * source throws, and `ALREADY_EXISTS`, `DISK_FULL` and their like for the file.
 */
export async function writePrivateFile(path: string, source: AsyncIterable<Uint8Array>): Promise<Fingerprint> {
  const { bytes, result } = fingerprinting(source);
  try {
    await pipeline(bytes, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true }));
    return result();
  } catch (error) {
    throw fromErrno(error, path);
  }
}
