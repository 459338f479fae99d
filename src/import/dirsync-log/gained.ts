import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { isMissing } from "../files.ts";

/** How far a log went at some moment, and how its end looked, so that a log replaced since is not taken for one that grew. */
export interface LogMark {
  /** Bytes; 0 when there was no log. */
  readonly size: number;
  /** SHA-256, hex, of the last bytes before `size`, 4096 at most. */
  readonly tail: string;
}

/** What a log gained since a mark. */
export interface LogGain {
  /** The new bytes; when `replaced`, the whole log. */
  readonly bytes: Uint8Array;
  /** The log is gone, shorter than it was, or its old part is not what it was. */
  readonly replaced: boolean;
  /** False when there is no log. */
  readonly exists: boolean;
}

const TAIL = 4096;
const NOTHING = new Uint8Array();

/** Marks the end of `file`: a path, or `undefined` when there is no log yet. Rejects with the file system's error. */
export async function markLog(file: string | undefined): Promise<LogMark> {
  const mark = await withLog(file, async (log, size) => ({ size, tail: await tailDigest(log, size) }));
  return mark ?? { size: 0, tail: digest(NOTHING) };
}

/** Reads what `file` gained since `mark`. The log may be missing, then and now. */
export async function readGained(file: string | undefined, mark: LogMark): Promise<LogGain> {
  const gain = await withLog(file, async (log, size) => {
    const grew = size >= mark.size && (await tailDigest(log, mark.size)) === mark.tail;
    return { bytes: await readRange(log, grew ? mark.size : 0, size), replaced: !grew, exists: true };
  });
  return gain ?? { bytes: NOTHING, replaced: mark.size > 0, exists: false };
}

async function withLog<T>(
  file: string | undefined,
  act: (log: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  if (file === undefined) return undefined;
  let log: FileHandle;
  try {
    log = await open(file, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return await act(log, (await log.stat()).size);
  } finally {
    await log.close();
  }
}

async function tailDigest(log: FileHandle, end: number): Promise<string> {
  return digest(await readRange(log, Math.max(0, end - TAIL), end));
}

async function readRange(log: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(end - start);
  const { bytesRead } = await log.read(bytes, 0, bytes.length, start);
  return bytes.subarray(0, bytesRead);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
