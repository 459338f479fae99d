import type { ResyncError } from "../../errors.ts";
import { stalledError } from "../places/in-time.ts";

/** How ssh2 answers a request. */
export type Answer<T> = (error: Error | null | undefined, value: T) => void;

/** The requests of one connection that wait for an answer, and their common watchdog. */
export interface Requests {
  /**
   * Sends one request and waits for its answer. Rejects with the library's error as it is, with what `fail` was called with, or, when
   * the server has answered none of the waiting requests for the stall time, with `STALLED`; the connection is then given up.
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

  const fail = (error: ResyncError): void => {
    failure ??= error;
    clearTimeout(watchdog);
    for (const reject of waiting) reject(failure);
    waiting.clear();
  };
  /** In two halves: a process that was held up itself reads the answers that lie there before the second half ends. */
  const watch = (halves = 2): void => {
    clearTimeout(watchdog);
    if (waiting.size === 0) return;
    watchdog = setTimeout(() => {
      if (halves > 1) return watch(halves - 1);
      const error = stalledError(label, stallMs);
      fail(error);
      giveUp(error);
    }, stallMs / 2);
  };

  return {
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.add(reject);
        if (waiting.size === 1) watch();
        const answered = (): boolean => {
          const was = waiting.delete(reject);
          if (was) watch();
          return was;
        };
        try {
          send((error, value) => {
            if (!answered()) return;
            if (error) reject(error);
            else resolve(value);
          });
        } catch (error) {
          answered();
          reject(error);
        }
      }),
    fail,
    get failure() {
      return failure;
    },
  };
}
