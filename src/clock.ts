import { setTimeout as delay } from "node:timers/promises";
import { abortError, throwIfAborted } from "./errors.ts";

/**
 * Time, as a port: procedures that wait or stamp take it from here, so that tests run them without waiting.
 */
export interface Clock {
  /** The wall clock, UTC inside the `Date`. It may jump; never measure with it. */
  now(): Date;
  /** Milliseconds since some fixed moment; never goes backwards. For measuring and deadlines. */
  monotonic(): number;
  /** Settles after `ms` milliseconds; rejects with `abortError` as soon as `signal` aborts, also when it is aborted already. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    throwIfAborted(signal);
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      throw error;
    }
  },
};

/**
 * A clock that stands until somebody sleeps; a sleep of `ms` moves it on by `ms` at once. It still yields to the event loop,
 * so that real work (a process, a file) can happen in between.
 */
export function steppingClock(start: Date): Clock {
  let elapsed = 0;
  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonic: () => elapsed,
    async sleep(ms, signal) {
      throwIfAborted(signal);
      elapsed += ms;
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
    },
  };
}
