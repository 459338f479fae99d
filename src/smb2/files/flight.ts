import { CREDIT_BYTES } from "../options.ts";

/** Bytes under way at the start: little enough for a line of 64 kbit/s, which must get an answer within the request timeout. */
const START = 524_288;
/** Bytes under way at the most: keeps a line of 1 Gbit/s with 50 ms busy. */
const MOST = 8_388_608;
/** An answer within this many milliseconds says that the line takes more; one after `SLOW_MS` that it takes less. */
const QUICK_MS = 1000;
const SLOW_MS = 10_000;

/**
 * How many bytes of one file are under way at once. It grows with each quick answer, as TCP's slow start does, so that a fast line is
 * full after a few round trips and a slow one is never given more than it can carry in time.
 */
export interface Flight {
  /** Bytes that one request should carry now, `largest` at the most. */
  chunk(largest: number): number;
  /** True when `bytes` more may leave. One request always may. */
  hasRoom(bytes: number): boolean;
  left(bytes: number): void;
  /** The server answered a request for `bytes` after so many milliseconds. */
  answered(bytes: number, tookMs: number): void;
  /** `bytes` are off our hands: written, or given to the reader. Until then they hold memory and keep others waiting. */
  done(bytes: number): void;
}

/** `careful` keeps one request under way and no more. */
export function newFlight(careful = false): Flight {
  let window = START;
  let underWay = 0;
  return {
    chunk: (largest) => Math.min(largest, window),
    hasRoom: (bytes) => underWay === 0 || (!careful && underWay + bytes <= window),
    left: (bytes) => {
      underWay += bytes;
    },
    done: (bytes) => {
      underWay -= bytes;
    },
    answered: (bytes, tookMs) => {
      if (tookMs < QUICK_MS) window = Math.min(MOST, window + bytes);
      else if (tookMs > SLOW_MS) window = Math.max(CREDIT_BYTES, window >> 1);
    },
  };
}
