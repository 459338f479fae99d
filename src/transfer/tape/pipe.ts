import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errnoOf } from "../../errno.ts";
import { ResyncError, throwIfAborted } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import { fromErrno } from "../places/errno.ts";

/** Bytes of one read. */
const READ = 65_536;
/** Milliseconds until the pipe is looked at again. Nothing here may block: a thread that waits in open(2) cannot be ended. */
const PAUSE = 20;

/** How long the other end of a pipe may take to come, and to go on. */
export interface PipeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly stallMs: number;
  readonly onProgress?: (bytes: number) => void;
}

/** Writes blocks into a named pipe for whoever reads it. Throws `STALLED` when nobody does, `CONNECTION_LOST` when they leave early. */
export async function writeToPipe(path: string, blocks: AsyncIterable<Buffer>, options: PipeOptions): Promise<void> {
  const patience = patienceOf(path, options);
  const file = await openForReader(path, patience);
  try {
    let at = 0;
    for await (const block of blocks) {
      for (let done = 0; done < block.length;) {
        const written = await unlessBusy(async () => file.write(block, done, block.length - done));
        if (written === undefined) await patience.wait();
        else {
          patience.renew();
          done += written.bytesWritten;
        }
      }
      at += block.length;
      options.onProgress?.(at);
    }
  } catch (error) {
    throw errnoOf(error) === "EPIPE" ? readerLeft(path, error) : fromErrno(error, path);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** The bytes that somebody writes into a named pipe, up to when they close it. Throws `STALLED` when nobody does. */
export async function* readFromPipe(path: string, options: PipeOptions): AsyncGenerator<Uint8Array> {
  const patience = patienceOf(path, options);
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw fromErrno(error, path);
  });
  try {
    let at = 0;
    for (;;) {
      const read = await unlessBusy(async () => file.read(Buffer.allocUnsafe(READ), 0, READ));
      if (read !== undefined && read.bytesRead > 0) {
        patience.renew();
        at += read.bytesRead;
        options.onProgress?.(at);
        yield read.buffer.subarray(0, read.bytesRead);
      } else if (read !== undefined && at > 0) return;
      else await patience.wait();
    }
  } catch (error) {
    throw fromErrno(error, path);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Opening a pipe for writing fails with ENXIO while nobody reads it. */
async function openForReader(path: string, patience: Patience): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (errnoOf(error) !== "ENXIO") throw fromErrno(error, path);
    }
    await patience.wait();
  }
}

/** The result, or `undefined` when the pipe is full or empty at the moment. */
async function unlessBusy<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

interface Patience {
  /** Waits a moment. Throws `STALLED` when that was too often since the last `renew`. */
  wait(): Promise<void>;
  renew(): void;
}

function patienceOf(path: string, { clock, signal, stallMs }: PipeOptions): Patience {
  let since = clock.monotonic();
  return {
    renew: () => void (since = clock.monotonic()),
    async wait() {
      throwIfAborted(signal);
      if (clock.monotonic() - since < stallMs) return clock.sleep(PAUSE, signal);
      throw new ResyncError("STALLED", {
        message: `Nobody was at the other end of the pipe ${path} for ${Math.round(stallMs / 1000)} s, or they did not go on.`,
        hint: "Start the program at the other end, then run the same command again.",
      });
    },
  };
}

function readerLeft(path: string, cause: unknown): ResyncError {
  return new ResyncError("CONNECTION_LOST", {
    message: `Who read the pipe ${path} left before the list was through.`,
    hint: "Look what the program at the other end says.",
    cause,
  });
}
