import { createHash, hash } from "node:crypto";
import * as fs from "node:fs";
import { chmod, chown, open, utimes } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { aboutFile, errnoOf } from "../errno.ts";
import { ResyncError, throwIfAborted } from "../errors.ts";

// A postoffice has thousands of small files. For each of them the way to a thread and back costs more than the disk does, so they are read and
// written in place, and everything else gets its turn in between (`inTurns`).

/** Up to this size, in bytes, a file is small: read and written at one go. */
export const SMALL = 8 << 20;

/** Bytes of one read of a file that is not small. */
const BLOCK = 1 << 20;

/** How long the event loop waits for us at a stretch, milliseconds. */
const BREATH_MS = 15;

/** Where bytes are read to: good until the next are read. */
const memory = Buffer.allocUnsafe(SMALL + 1);
/** Where bytes just written are read back to. */
const readBack = Buffer.allocUnsafe(SMALL + 1);

/** Calls `act` on each item, and gives everything else its turn every few milliseconds. Throws what `act` throws, or the signal's reason. */
export async function inTurns<T>(items: Iterable<T>, act: (item: T) => void, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  let since = performance.now();
  for (const item of items) {
    if (performance.now() - since > BREATH_MS) {
      await nextTurn();
      throwIfAborted(signal);
      since = performance.now();
    }
    act(item);
  }
}

/** A small file's bytes, good until the next small file is read, and how it stood right after. Of a longer one the first bytes, one more than `SMALL`. */
export function readSmall(file: string): { bytes: Buffer; stats: fs.Stats } {
  return withFile(file, "r", (fd) => ({ bytes: readInto(memory, fd, 0), stats: fs.fstatSync(fd) }));
}

/** SHA-256 of a file's bytes, hex, without giving anything else its turn. Throws the file system's error. */
export function hashNow(file: string): string {
  return withFile(file, "r", (fd) => {
    const first = readInto(memory, fd, 0);
    if (first.length < memory.length) return hash("sha256", first);
    const sum = createHash("sha256").update(first);
    for (let at = first.length; ;) {
      const bytes = readInto(memory, fd, at);
      if (bytes.length === 0) return sum.digest("hex");
      sum.update(bytes);
      at += bytes.length;
    }
  });
}

/** Up to `size` bytes of an open file from `position` on, good until the next bytes are read; fewer when the file ends before. */
export function readAt(fd: number, position: number, size: number): Buffer {
  return readInto(memory.subarray(0, size), fd, position);
}

export interface HashOptions {
  signal?: AbortSignal | undefined;
}

/** SHA-256 of a file's bytes, hex, read from the file and not from anything remembered. Throws the file system's error. */
export async function hashFile(file: string, { signal }: HashOptions = {}): Promise<string> {
  const handle = await open(file, "r");
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    const sum = createHash("sha256");
    for (;;) {
      throwIfAborted(signal);
      const { bytesRead } = await handle.read(block, 0, BLOCK);
      if (bytesRead === 0) return sum.digest("hex");
      sum.update(block.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Fills `target` as far as the file goes; a share may give less at a time. */
function readInto(target: Buffer, fd: number, position: number): Buffer {
  let filled = 0;
  while (filled < target.length) {
    const length = fs.readSync(fd, target, filled, target.length - filled, position + filled);
    if (length === 0) break;
    filled += length;
  }
  return target.subarray(0, filled);
}

/** What a file has beside its bytes. */
export interface FileMarks {
  /** Last change, milliseconds since 1970. */
  readonly mtimeMs: number;
  readonly mode: number;
  /** Owner and group by number; given only where we are root. */
  readonly uid: number;
  readonly gid: number;
}

/** Makes a small file with these bytes and marks, over whatever stood there, and reads it back. Not forced to the disk. Throws `VERIFY_FAILED`, or the file system's error. */
export function writeSmall(file: string, bytes: Buffer, { mtimeMs, mode, uid, gid }: FileMarks): void {
  withFile(file, "w+", (fd) => {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done, bytes.length - done, done);
    if (!readInto(readBack.subarray(0, bytes.length + 1), fd, 0).equals(bytes))
      throw new ResyncError("VERIFY_FAILED", { message: `${file} reads back wrong.` });
    if (isRoot()) tolerant(() => fs.fchownSync(fd, uid, gid));
    fs.fchmodSync(fd, mode);
    fs.futimesSync(fd, Date.now() / 1000, mtimeMs / 1000);
  });
}

/** Gives a file its owner, mode and time. Throws the file system's error. */
export async function giveMarks(file: string, { mtimeMs, mode, uid, gid }: FileMarks): Promise<void> {
  if (isRoot()) await chown(file, uid, gid).catch(unlessRefused);
  // Windows sets no time on a read-only file.
  await chmod(file, mode | 0o200);
  await utimes(file, new Date(), mtimeMs / 1000);
  if ((mode & 0o200) === 0) await chmod(file, mode);
}

function withFile<T>(file: string, flags: string, act: (fd: number) => T): T {
  const fd = fs.openSync(file, flags, 0o600);
  try {
    return act(fd);
  } catch (error) {
    throw aboutFile(error, file);
  } finally {
    fs.closeSync(fd);
  }
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

function tolerant(act: () => void): void {
  try {
    act();
  } catch (error) {
    unlessRefused(error);
  }
}

/** Not every file system knows owners. */
function unlessRefused(error: unknown): void {
  if (!["EPERM", "EINVAL", "ENOSYS", "ENOTSUP"].includes(errnoOf(error) ?? "")) throw error;
}
