import { asResyncError, ResyncError, throwIfAborted } from "../../errors.ts";
import { abortable } from "../../abort.ts";
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

/** A frame that is being filled, and the credits that will pay for it. */
interface Filling {
  readonly frame: Buffer;
  readonly taken: number;
  readonly room: number;
  filled: number;
}

/**
 * Writes `source` to an open file from its start, several requests under way at once, in constant memory (MS-SMB2 3.2.4.7). Returns the
 * bytes written, all of them answered. Throws the source's error, the server's refusal, or what `connection.send` throws; some requests
 * may then still be under way.
 */
export async function writeAll(
  share: Share,
  handle: Handle,
  source: AsyncIterable<Uint8Array>,
  settings: WriteSettings = {},
): Promise<number> {
  const pipeline = newPipeline(share, handle, settings);
  let filling: Filling | undefined;
  try {
    for await (const bytes of abortable(source, settings.signal)) {
      for (let at = 0; at < bytes.length;) {
        filling ??= await pipeline.nextFrame();
        at += fill(filling, bytes.subarray(at));
        if (filling.filled < filling.room) continue;
        pipeline.launch(filling);
        filling = undefined;
      }
    }
    if (filling !== undefined) pipeline.launch(filling);
    filling = undefined;
    return await pipeline.landed();
  } finally {
    if (filling !== undefined) share.connection.credits.giveBack(filling.taken);
  }
}

/** Copies what fits of `bytes` into the frame: a source may use its buffers again. Returns how much that was. */
function fill(filling: Filling, bytes: Uint8Array): number {
  const part = bytes.subarray(0, filling.room - filling.filled);
  filling.frame.set(part, WRITE_DATA + filling.filled);
  filling.filled += part.length;
  return part.length;
}

/** Writes under way, one behind the other in the file. */
interface Pipeline {
  /** A frame to fill, as soon as the line has room for it. Throws the failure of an earlier one. */
  nextFrame(): Promise<Filling>;
  launch(filling: Filling): void;
  /** Settles when everything is answered, with the bytes written. */
  landed(): Promise<number>;
}

function newPipeline(share: Share, handle: Handle, { signal, onProgress, careful }: WriteSettings): Pipeline {
  const { credits } = share.connection;
  const flight = newFlight(careful);
  const pool = framePool(WRITE_DATA + share.maxWrite);
  const underWay = new Set<Promise<void>>();
  const failures: ResyncError[] = [];
  let sent = 0;
  let taken = 0;

  const write = async (frame: Buffer, filled: number, offset: number, charge: number): Promise<void> => {
    const started = performance.now();
    const carried = flight.left(filled);
    const request = writeRequest(frame.subarray(0, WRITE_DATA + filled), handle.id, offset);
    const what = `Writing ${nameOf(share, handle.path)}`;
    const { message } = await ask(share, COMMAND.write, request, what, { signal, taken: charge }).catch(explainDenial);
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

  return {
    async nextFrame() {
      const wanted = flight.chunk(share.maxWrite);
      while (!flight.hasRoom(wanted)) {
        await Promise.race(underWay);
        throwFailure();
      }
      throwFailure();
      const paid = await credits.take(chargeOf(wanted));
      return { frame: pool.take(), taken: paid, room: Math.min(wanted, paid * CREDIT_BYTES), filled: 0 };
    },
    launch({ frame, taken: paid, filled }) {
      const charge = chargeOf(filled);
      credits.giveBack(paid - charge);
      const flown = write(frame, filled, sent, charge)
        .catch((error: unknown) => void failures.push(asResyncError(error)))
        .finally(() => underWay.delete(flown));
      underWay.add(flown);
      sent += filled;
    },
    async landed() {
      await Promise.all(underWay);
      throwFailure();
      throwIfAborted(signal);
      return sent;
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
