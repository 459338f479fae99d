import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ResyncError, throwIfAborted, type ErrorCode } from "../errors.ts";

/** A file that was offered as a master list. */
export interface OfferedFile {
  /** Bytes. */
  readonly size: number;
  /** The file's bytes, once. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const CHUNK = 256 * 1024;

/** Opens a local file for reading once. Throws `FILE_NOT_USABLE` for a folder, a device and an empty file, `NOT_FOUND`, `ACCESS_DENIED`, `IO`. */
export async function openOffered(path: string, signal?: AbortSignal): Promise<OfferedFile> {
  throwIfAborted(signal);
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
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
    if (error instanceof ResyncError) throw error;
    throw cannotRead(path, error);
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

function cannotRead(path: string, error: unknown): ResyncError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const codes: Record<string, ErrorCode> = {
    ENOENT: "NOT_FOUND",
    ENOTDIR: "NOT_FOUND",
    EACCES: "ACCESS_DENIED",
    EPERM: "ACCESS_DENIED",
    EBUSY: "FILE_BUSY",
  };
  const known = typeof code === "string" ? codes[code] : undefined;
  return new ResyncError(known ?? "IO", {
    message:
      known === "NOT_FOUND"
        ? `There is no file ${path}.`
        : `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    hint:
      known === "NOT_FOUND"
        ? "Check the path of the master list."
        : "Check the rights of the file and the medium it lies on.",
    facts: { path },
    cause: error,
  });
}
