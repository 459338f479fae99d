import { createHash, hash } from "node:crypto";
import * as fs from "node:fs";
import { chmod, chown, utimes } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ResyncError, throwIfAborted } from "../errors.ts";
import { errorCode } from "./files.ts";

// A postoffice has thousands of small files. For each of them the way to a thread and back costs more than the disk does, so they are read and
// written in place, and everything else gets its turn in between (`breathe`).

/** How long the event loop waits for us at a stretch, milliseconds. */
const BREATH_MS = 15;
/** Bytes of one read. */
const BLOCK = 1 << 20;
const scratch = Buffer.allocUnsafe(BLOCK);
let breathed = performance.now();

export interface HashOptions {
  signal?: AbortSignal | undefined;
}

/** SHA-256 of a file's bytes, hex, read from the file and not from anything remembered. Throws the file system's error. */
export async function hashFile(file: string, { signal }: HashOptions = {}): Promise<string> {
  await breathe();
  return withFile(file, "r", async (fd) => {
    const first = fs.readSync(fd, scratch, 0, BLOCK, 0);
    if (first < BLOCK) return hash("sha256", scratch.subarray(0, first));
    const sum = createHash("sha256").update(scratch);
    for (let at = BLOCK; ;) {
      await breathe();
      throwIfAborted(signal);
      const length = fs.readSync(fd, scratch, 0, BLOCK, at);
      if (length === 0) return sum.digest("hex");
      sum.update(scratch.subarray(0, length));
      at += length;
    }
  });
}

/** A small file at one go, read into `memory`, and how it stood right after its last byte was read. What is longer than `memory` is cut off there. */
export async function readWhole(file: string, memory: Buffer): Promise<{ bytes: Buffer; stats: fs.Stats }> {
  await breathe();
  return withFile(file, "r", (fd) => ({ bytes: readInto(memory, fd, 0), stats: fs.fstatSync(fd) }));
}

/** Fills `memory` from an open file, from `position` on: what was read, shorter when the file ends before. */
export function readInto(memory: Buffer, fd: number, position: number): Buffer {
  return memory.subarray(0, fs.readSync(fd, memory, 0, memory.length, position));
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

/** Makes a new file with these bytes and marks, and reads it back. Not forced to the disk. Throws `VERIFY_FAILED`, or the file system's error. */
export async function writeWhole(file: string, bytes: Buffer, { mtimeMs, mode, uid, gid }: FileMarks): Promise<void> {
  await breathe();
  const readBack = bytes.length < BLOCK ? scratch.subarray(0, bytes.length + 1) : Buffer.allocUnsafe(bytes.length + 1);
  await withFile(file, "wx+", (fd) => {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done, bytes.length - done, done);
    if (!readInto(readBack, fd, 0).equals(bytes))
      throw new ResyncError("VERIFY_FAILED", { message: `${file} reads back wrong.` });
    if (isRoot()) tolerant(() => fs.fchownSync(fd, uid, gid));
    fs.fchmodSync(fd, mode);
    fs.futimesSync(fd, new Date(), mtimeMs / 1000);
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

/** Gives everything else its turn, when it has waited for long. */
export async function breathe(): Promise<void> {
  if (performance.now() - breathed < BREATH_MS) return;
  await nextTurn();
  breathed = performance.now();
}

async function withFile<T>(file: string, flags: string, act: (fd: number) => T | Promise<T>): Promise<T> {
  const fd = fs.openSync(file, flags, 0o600);
  try {
    return await act(fd);
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
  if (!["EPERM", "EINVAL", "ENOSYS", "ENOTSUP"].includes(errorCode(error) ?? "")) throw error;
}
