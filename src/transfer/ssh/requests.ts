import type { ResyncError } from "../../errors.ts";
import { stalledError } from "../places/in-time.ts";

/** How ssh2 answers a request. */
export type Answer<T> = (error: Error | null | undefined, value: T) => void;

/** The requests of one connection that wait for an answer, and their common watchdog. */
export interface Requests {
  /**
   * Sends one request and waits for its answer. Rejects with the library's error as it is, with what `fail` was called with, or, when
   * the server has answered none of the waiting requests for the stall time (or half as long again), with `STALLED`; the connection is
   * then given up.
   */
  ask<T>(send: (answer: Answer<T>) => void): Promise<T>;
  /** Rejects everything that waits and everything that comes. The first reason stays. */
  fail(error: ResyncError): void;
  readonly failure: ResyncError | undefined;
}

/** `giveUp` is called with `STALLED` and must end the connection. */
export function createRequests(label: string, stallMs: number, giveUp: (error: ResyncError) => void): Requests {
  const waiting = new Set<(error: ResyncError) => void>();
  let failure: ResyncError | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let quietTicks = 0;

  const fail = (error: ResyncError): void => {
    failure ??= error;
    clearInterval(watchdog);
    for (const reject of waiting) reject(failure);
    waiting.clear();
  };
  /** Half a stall time has passed. A process that was held up itself reads the answers that lie there before the next one. */
  const tick = (): void => {
    quietTicks += 1;
    if (quietTicks < 3) return;
    const error = stalledError(label, stallMs);
    fail(error);
    giveUp(error);
  };
  const asked = (reject: (error: ResyncError) => void): void => {
    waiting.add(reject);
    if (waiting.size > 1) return;
    quietTicks = 0;
    watchdog = setInterval(tick, stallMs / 2);
  };
  /** False when the request has been failed before. */
  const answered = (reject: (error: ResyncError) => void): boolean => {
    quietTicks = 0;
    const waited = waiting.delete(reject);
    if (waiting.size === 0) clearInterval(watchdog);
    return waited;
  };

  return {
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        asked(reject);
        try {
          send((error, value) => {
            if (!answered(reject)) return;
            if (error) reject(error);
            else resolve(value);
          });
        } catch (error) {
          answered(reject);
          reject(error);
        }
      }),
    fail,
    get failure() {
      return failure;
    },
  };
}
