import type { SftpConnection } from "../ssh/connection.ts";
import { throwIfAborted } from "../../errors.ts";
import type { ReadOptions } from "../place.ts";
import { untilAborted } from "../../abort.ts";
import { fromSftp } from "./sftp-errors.ts";
import { openWindow } from "./window.ts";

const IN_FLIGHT = 64;

/** A block that has been asked for; its answer may be shorter than `length` without being the end. */
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
  let asked = 0;
  let done = 0;

  const ask = (at: number, length: number): Asked => ({
    at,
    length,
    answer: readBlock(connection, handle, at, length, window.answered),
  });
  try {
    for (;;) {
      while (ahead.length < window.size && (asked < expected || ahead.length === 0)) {
        ahead.push(ask(asked, blockSize));
        asked += blockSize;
      }
      const first = ahead.shift();
      if (first === undefined) return;
      throwIfAborted(signal);
      const bytes = await untilAborted(first.answer, signal).catch((error: unknown) => {
        throw fromSftp(error, label);
      });
      if (bytes.length === 0) return;
      if (bytes.length < first.length) ahead.unshift(ask(first.at + bytes.length, first.length - bytes.length));
      done += bytes.length;
      onProgress?.(done);
      yield bytes;
    }
  } finally {
    await Promise.allSettled(ahead.map((block) => block.answer));
  }
}

/** The bytes at an offset; none at the end of the file. */
async function readBlock(
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
