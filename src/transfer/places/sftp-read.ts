import type { SftpConnection } from "../ssh/connection.ts";
import { throwIfAborted } from "../../errors.ts";
import type { ReadOptions } from "../place.ts";
import { untilAborted } from "../../abort.ts";
import { fromSftp } from "./sftp-errors.ts";
import { openWindow } from "./window.ts";

/** Blocks in flight at the most. */
const IN_FLIGHT = 64;
/** Requests that share them at the least: while one is used, others are on their way. */
const REQUESTS = 4;

/** Some blocks that have been asked for in one request; its answer may be shorter than `length` without being the end. */
interface Asked {
  readonly at: number;
  readonly length: number;
  readonly answer: Promise<Buffer>;
}

/**
 * The bytes of an open file in order, asked for ahead up to `expected`, the size that the server has told. From there on one block at a
 * time, until the server says that there is no more: a file that grew or shrank meanwhile is read as it is now.
 */
export async function* readBlocks(
  connection: SftpConnection,
  handle: Buffer,
  expected: number,
  label: string,
  { signal, onProgress }: ReadOptions,
): AsyncGenerator<Buffer> {
  const window = openWindow(IN_FLIGHT);
  const { blockSize } = connection;
  const ahead: Asked[] = [];
  let most = Math.max(1, Math.floor(connection.largestRead / blockSize));
  let asked = 0;
  let done = 0;

  const ask = (at: number, length: number): Asked => ({
    at,
    length,
    answer: readAt(connection, handle, at, length, (ms) => window.answered(ms, Math.ceil(length / blockSize))),
  });
  /** Bytes of the next request: nothing lies across `expected`, where the server is asked at once whether there is more. */
  const next = (): number => {
    const blocks = Math.min(most, Math.max(1, Math.floor(window.size / REQUESTS)));
    return asked < expected ? Math.min(blocks * blockSize, expected - asked) : blockSize;
  };
  const hasRoom = (bytes: number): boolean => asked - done + bytes <= window.size * blockSize;
  try {
    for (;;) {
      while (ahead.length === 0 || (asked <= expected && hasRoom(next()))) {
        const length = next();
        ahead.push(ask(asked, length));
        asked += length;
      }
      const first = ahead.shift();
      if (first === undefined) return;
      throwIfAborted(signal);
      const bytes = await untilAborted(first.answer, signal).catch((error: unknown) => {
        throw fromSftp(error, label);
      });
      if (bytes.length === 0) return;
      if (bytes.length < first.length) {
        // Not more than the server gives at once is asked for from now on.
        most = Math.min(most, Math.max(1, Math.floor(bytes.length / blockSize)));
        ahead.unshift(ask(first.at + bytes.length, first.length - bytes.length));
      }
      done += bytes.length;
      onProgress?.(done);
      yield bytes;
    }
  } finally {
    await Promise.allSettled(ahead.map((block) => block.answer));
  }
}

/** The bytes at an offset; none at the end of the file. */
async function readAt(
  connection: SftpConnection,
  handle: Buffer,
  at: number,
  length: number,
  answered: (ms: number) => void,
): Promise<Buffer> {
  const asked = performance.now();
  const buffer = Buffer.allocUnsafeSlow(length);
  const got = await connection.ask<number>((answer) => connection.sftp.read(handle, buffer, 0, length, at, answer));
  answered(performance.now() - asked);
  return buffer.subarray(0, got);
}
