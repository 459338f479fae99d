import { ResyncError } from "../../errors.ts";
import { chargeOf } from "../connection/connection.ts";
import { hasStatus } from "../failures.ts";
import { CREATE_OPTION, DISPOSITION, ACCESS, SHARE } from "../messages/access.ts";
import { readReadAnswer, readRequest } from "../messages/read.ts";
import { CREDIT_BYTES } from "../options.ts";
import { ask, nameOf, type Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { newFlight } from "./flight.ts";
import { closeQuietly, openHandle, type Handle } from "./handle.ts";

export interface ReadSettings {
  readonly signal?: AbortSignal | undefined;
  /** The caller is done with each chunk when it asks for the next one: its memory is used again then. */
  readonly lent?: boolean | undefined;
}

/** Bytes of the file, and the message that they are a part of, if they are still. */
interface Piece {
  readonly bytes: Buffer;
  readonly message?: Buffer;
}

/**
 * A file's bytes in order, several requests under way at once, in constant memory (MS-SMB2 3.2.4.6). The file is opened so that nobody
 * may write to it meanwhile: one that somebody is writing gives `FILE_BUSY`, one that nevertheless changes its size while it is read
 * `FILE_BUSY` as well. Leaving the loop closes the file.
 */
export async function* readFile(share: Share, path: string, settings: ReadSettings = {}): AsyncGenerator<Buffer> {
  const { signal } = settings;
  const handle = await openHandle(
    share,
    {
      path,
      access: ACCESS.readData | ACCESS.readAttributes | ACCESS.synchronize,
      share: SHARE.read | SHARE.delete,
      disposition: DISPOSITION.open,
      options: CREATE_OPTION.notFolder,
    },
    "Reading",
    signal,
  );
  try {
    yield* readAhead(share, handle, settings);
  } finally {
    await closeQuietly(share, handle);
  }
}

async function* readAhead(share: Share, handle: Handle, { signal, lent }: ReadSettings): AsyncGenerator<Buffer> {
  const flight = newFlight();
  const queue: Promise<Piece>[] = [];
  let next = 0;
  /** What stands behind the last byte, asked for on the heels of it. */
  let beyond: Promise<Piece> | undefined;
  const request = async (offset: number, length: number): Promise<Piece> => {
    const started = performance.now();
    const carried = flight.left(length);
    const piece = await readRange(share, handle, offset, length, signal);
    flight.answered(carried, performance.now() - started);
    return piece;
  };
  for (;;) {
    for (;;) {
      const length = Math.min(flight.chunk(share.maxRead), handle.size - next);
      if (length === 0 || !flight.hasRoom(length)) break;
      const range = request(next, length);
      range.catch(() => undefined);
      queue.push(range);
      next += length;
    }
    if (next === handle.size && beyond === undefined) {
      beyond = readOnce(share, handle, handle.size, 1, signal);
      beyond.catch(() => undefined);
    }
    const head = queue.shift();
    if (head === undefined) break;
    const { bytes, message } = await head;
    yield bytes;
    flight.done(bytes.length);
    if (lent === true && message !== undefined) share.connection.recycle(message);
  }
  if (((await beyond)?.bytes.length ?? 0) > 0) throw changed(share, handle, "grew");
}

/** Exactly `length` bytes at `offset`; a server may answer with fewer at a time. Throws `FILE_BUSY` when the file ends before. */
async function readRange(
  share: Share,
  handle: Handle,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Piece> {
  const first = await readOnce(share, handle, offset, length, signal);
  if (first.bytes.length === length) return first;
  const parts = [first.bytes];
  let got = first.bytes.length;
  while (got < length) {
    const { bytes } = await readOnce(share, handle, offset + got, length - got, signal);
    if (bytes.length === 0) throw changed(share, handle, "shrank");
    parts.push(bytes);
    got += bytes.length;
  }
  return { bytes: Buffer.concat(parts) };
}

/** What the server gives at `offset`, up to `length` bytes; empty at the file's end. */
async function readOnce(
  share: Share,
  handle: Handle,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Piece> {
  const { connection } = share;
  const wanted = chargeOf(length);
  const taken = await connection.credits.take(wanted);
  const asked = Math.min(length, taken * CREDIT_BYTES);
  try {
    const request = readRequest(handle.id, offset, asked);
    const { message } = await ask(share, COMMAND.read, request, `Reading ${nameOf(share, handle.path)}`, {
      signal,
      taken,
    });
    return { bytes: readReadAnswer(message, asked), message };
  } catch (error) {
    if (hasStatus(error, STATUS.endOfFile)) return { bytes: Buffer.alloc(0) };
    throw error;
  }
}

function changed(share: Share, handle: Handle, how: "grew" | "shrank"): ResyncError {
  return new ResyncError("FILE_BUSY", {
    message: `${nameOf(share, handle.path)} ${how} while it was read: somebody is still writing it.`,
    hint: "Wait until it is finished, then try again.",
    facts: { path: handle.path, size: handle.size },
    retryable: true,
  });
}
