import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ResyncError, throwIfAborted } from "../errors.ts";
import { fromErrno } from "../transfer/places/errno.ts";

/** A file that was offered as a master list. */
export interface OfferedFile {
  /** Bytes. */
  readonly size: number;
  /** The file's bytes, once. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const CHUNK = 512 * 1024;

/** Opens a local file for reading once. Throws `FILE_NOT_USABLE` for a folder, a device and an empty file, `NOT_FOUND`, `ACCESS_DENIED`, `IO`. */
export async function openOffered(path: string, signal?: AbortSignal): Promise<OfferedFile> {
  throwIfAborted(signal);
  const found = await stat(path).catch((error: unknown) => {
    throw fromErrno(error, path);
  });
  if (found.isDirectory()) throw notAFile(path, "a folder", "Give the path of the file Resync.glb itself.");
  if (!found.isFile()) throw notAFile(path, "no ordinary file", "Give the path of the file Resync.glb itself.");
  if (found.size === 0) throw notAFile(path, "an empty file", EMPTY_HINT);
  return { size: found.size, bytes: readLocal(path, signal) };
}

const EMPTY_HINT =
  "The DSS may not have finished it, or the copy failed. Wait until the DSS has removed its registry value, then copy the file again.";

async function* readLocal(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const chunk of stream) {
      throwIfAborted(signal);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw fromErrno(error, path);
  } finally {
    stream.destroy();
  }
}

function notAFile(path: string, what: string, hint: string): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `${path} is ${what}, not a master list.`,
    hint,
    facts: { path },
  });
}
