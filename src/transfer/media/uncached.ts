import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { errnoOf } from "../../errno.ts";
import type { ReadOptions } from "../place.ts";
import { fromErrno } from "../places/errno.ts";
import { inTime } from "../places/in-time.ts";

/** Known to Node, not to its types. */
declare const WebAssembly: { Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } };

/** Bytes of one read: one page of WebAssembly memory, a multiple of every sector. */
const BLOCK = 65_536;

/**
 * Opens a file so that it is read from its disk and not from the system's memory (O_DIRECT, open(2)); `undefined` where the system or
 * the file system does not offer that (anything but Linux, some file systems there), or where there is no such file.
 */
export async function openUncached(path: string, stallMs: number): Promise<FileHandle | undefined> {
  if (!("O_DIRECT" in constants)) return undefined;
  try {
    if (!(await inTime(stat(path), path, stallMs)).isFile()) return undefined;
    return await inTime(open(path, constants.O_RDONLY | constants.O_DIRECT), path, stallMs);
  } catch (error) {
    if (["EINVAL", "ENOENT", "EOPNOTSUPP", "ENOTSUP"].includes(errnoOf(error) ?? "")) return undefined;
    throw fromErrno(error, path);
  }
}

/** The bytes of a file that `openUncached` opened; closes it. Throws the mapped failure. */
export async function* readUncached(
  file: FileHandle,
  path: string,
  { stallMs, signal, onProgress }: ReadOptions & { stallMs: number },
): AsyncGenerator<Uint8Array> {
  try {
    const block = alignedBlock();
    for (let at = 0; ;) {
      const { bytesRead } = await inTime(file.read(block, 0, BLOCK, at), path, stallMs, signal);
      if (bytesRead === 0) return;
      at += bytesRead;
      onProgress?.(at);
      yield Uint8Array.from(block.subarray(0, bytesRead));
    }
  } catch (error) {
    throw fromErrno(error, path);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** O_DIRECT wants memory that begins at a multiple of the sector; Node gives none such but WebAssembly's, which begins at a page. */
function alignedBlock(): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
}
