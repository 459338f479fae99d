import { CREDIT_BYTES } from "../options.ts";

/** Bytes under way at the start: little enough for a line of 64 kbit/s, which must get an answer within the request timeout. */
const START = 131_072;
/** Bytes under way at the most: keeps a line of 2 Gbit/s with 50 ms busy. */
const MOST = 16_777_216;
/** No more is under way than the line has shown that it carries in this many milliseconds. */
const HORIZON_MS = 10_000;

/**
 * How many bytes of one file are under way at once. Each answer shows what the line carries: a fast one is filled after a single round
 * trip, and a slow one is never given more than it can carry in time.
 */
export interface Flight {
  /** Bytes that one request should carry now, `largest` at the most. */
  chunk(largest: number): number;
  /** True when `bytes` more may leave. One request always may. */
  hasRoom(bytes: number): boolean;
  /** `bytes` leave. Returns what is under way with them, for `answered`. */
  left(bytes: number): number;
  /** The answer to a request came after so many milliseconds; `underWay` is what `left` returned for it. */
  answered(underWay: number, tookMs: number): void;
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
    left: (bytes) => (underWay += bytes),
    answered: (carried, tookMs) => {
      const shown = Math.floor((carried / Math.max(tookMs, 1)) * HORIZON_MS);
      window = Math.min(MOST, Math.max(CREDIT_BYTES, shown));
    },
    done: (bytes) => {
      underWay -= bytes;
    },
  };
}
