import { asResyncError, ResyncError, throwIfAborted } from "../../errors.ts";
import { untilAborted } from "../../abort.ts";
import { openSource, type ByteSource } from "../../byte-source.ts";
import { chargeOf } from "../connection/connection.ts";
import { hasStatus, malformed } from "../failures.ts";
import { readWriteAnswer, WRITE_DATA, writeRequest } from "../messages/write.ts";
import { CREDIT_BYTES } from "../options.ts";
import { ask, nameOf, type Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { newFlight } from "./flight.ts";
import { framePool } from "./frame-pool.ts";
import type { Handle } from "./handle.ts";

export interface WriteSettings {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that the server has taken so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** One request at a time. */
  readonly careful?: boolean | undefined;
}

/** A frame to fill, with the room on the line and the credits that will pay for it. */
interface Booked {
  readonly frame: Buffer;
  /** Bytes of data that it may carry. */
  readonly room: number;
  readonly credits: number;
  /** Bytes under way with it. */
  readonly carried: number;
}

/**
 * Writes `source` to an open file from its start, several requests under way at once, in constant memory (MS-SMB2 3.2.4.7); the next bytes
 * are read while the last ones are signed and sent. Returns the bytes written, all of them answered. Throws the source's error, the
 * server's refusal, or what `connection.send` throws; some requests may then still be under way.
 */
export async function writeAll(
  share: Share,
  handle: Handle,
  source: ByteSource,
  settings: WriteSettings = {},
): Promise<number> {
  const { signal } = settings;
  throwIfAborted(signal);
  const pipeline = newPipeline(share, handle, settings);
  const opened = await openSource(source);
  const fill = (booked: Booked): Promise<number> => {
    const filling = opened.fill(booked.frame.subarray(WRITE_DATA, WRITE_DATA + booked.room));
    // Heard when its turn comes.
    filling.catch(() => undefined);
    return filling;
  };
  try {
    let booked = await pipeline.book();
    let filling = fill(booked);
    for (;;) {
      const filled = await untilAborted(filling, signal);
      const ended = filled < booked.room;
      const ahead = ended ? undefined : pipeline.bookNow();
      if (ahead !== undefined) filling = fill(ahead);
      if (filled > 0) pipeline.launch(booked, filled);
      if (ended) return await pipeline.landed();
      booked = ahead ?? (await pipeline.book());
      if (ahead === undefined) filling = fill(booked);
    }
  } finally {
    pipeline.abandon();
    // Not waited for: a source may be silent for good.
    opened.close().catch(() => undefined);
  }
}

/** Writes under way, one behind the other in the file. */
interface Pipeline {
  /** A frame to fill, as soon as the line has room for it. Throws the failure of an earlier one. */
  book(): Promise<Booked>;
  /** The same if there is room at once. */
  bookNow(): Booked | undefined;
  /** Sends a booked frame with so many bytes of data. */
  launch(booked: Booked, filled: number): void;
  /** Settles when everything is answered, with the bytes written. */
  landed(): Promise<number>;
  /** Gives back what is booked and will not be launched. */
  abandon(): void;
}

function newPipeline(share: Share, handle: Handle, { signal, onProgress, careful }: WriteSettings): Pipeline {
  const { credits } = share.connection;
  const flight = newFlight(careful);
  const pool = framePool(WRITE_DATA + share.maxWrite);
  const grounded = new Set<Booked>();
  const underWay = new Set<Promise<void>>();
  const failures: ResyncError[] = [];
  const what = `Writing ${nameOf(share, handle.path)}`;
  let sent = 0;
  let taken = 0;
  let wake = (): void => undefined;

  const write = async ({ frame, carried }: Booked, filled: number, offset: number): Promise<void> => {
    const started = performance.now();
    const request = writeRequest(frame.subarray(0, WRITE_DATA + filled), handle.id, offset);
    const options = { signal, taken: chargeOf(filled) };
    const { message } = await ask(share, COMMAND.write, request, what, options).catch(explainDenial);
    if (readWriteAnswer(message, filled) !== filled) throw shortWrite(nameOf(share, handle.path));
    pool.giveBack(frame);
    flight.answered(carried, performance.now() - started);
    flight.done(filled);
    taken += filled;
    onProgress?.(taken);
  };
  const throwFailure = (): void => {
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  };
  const booked = (room: number, paid: number): Booked => {
    const booking = { frame: pool.take(), room, credits: paid, carried: flight.left(room) };
    grounded.add(booking);
    return booking;
  };
  /** Gives back what `booking` has and needs no more. */
  const release = (booking: Booked, filled: number): void => {
    grounded.delete(booking);
    flight.done(booking.room - filled);
    credits.giveBack(booking.credits - (filled === 0 ? 0 : chargeOf(filled)));
  };

  return {
    async book() {
      const wanted = flight.chunk(share.maxWrite);
      while (!flight.hasRoom(wanted)) {
        await new Promise<void>((resolve) => (wake = resolve));
        throwFailure();
      }
      throwFailure();
      const paid = await credits.take(chargeOf(wanted));
      return booked(Math.min(wanted, paid * CREDIT_BYTES), paid);
    },
    bookNow() {
      const wanted = flight.chunk(share.maxWrite);
      if (!flight.hasRoom(wanted) || !credits.takeNow(chargeOf(wanted))) return undefined;
      return booked(wanted, chargeOf(wanted));
    },
    launch(booking, filled) {
      release(booking, filled);
      const flown = write(booking, filled, sent)
        .catch((error: unknown) => void failures.push(asResyncError(error)))
        .finally(() => {
          underWay.delete(flown);
          wake();
        });
      underWay.add(flown);
      sent += filled;
    },
    async landed() {
      await Promise.all(underWay);
      throwFailure();
      throwIfAborted(signal);
      return sent;
    },
    abandon() {
      for (const booking of grounded) release(booking, 0);
    },
  };
}

/**
 * A server that denies writing to a file that it has just opened for that has found a wrong signature (MS-SMB2 3.3.5.2.4), and has no
 * other word for it.
 */
function explainDenial(error: unknown): never {
  if (!hasStatus(error, STATUS.accessDenied)) throw error;
  throw malformed(
    "it opened a file for writing and then denied it, as it does with a request that was changed on the way",
    {
      hint: "Try again; if it goes on, look at what stands between here and the server.",
      facts: error.facts,
      retryable: true,
      cause: error,
    },
  );
}

function shortWrite(name: string): ResyncError {
  return new ResyncError("IO", {
    message: `Writing ${name} failed: the server took only a part of a request.`,
    hint: "Look into the server's log, and whether its disk is full.",
  });
}
