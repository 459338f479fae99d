/** Milliseconds within which an answer comes back from a line that is far from full: on a long way each further round trip counts. */
const AT_ONCE_MS = 150;
/** Milliseconds within which an answer should come back. */
const QUICK_MS = 500;
const SLOW_MS = 2_000;

/**
 * How many requests to keep in flight. It starts small and grows while answers come quickly, up to `max`, and shrinks while they are
 * slow: on a fast line with a long way everything is on the way at once, and on a slow line nothing waits so long behind our own
 * bytes that keepalives and watchdogs would take the connection for dead.
 */
export interface Window {
  readonly size: number;
  /** Tells how long an answer took, in milliseconds; `count` when it was to as many in one. */
  answered(ms: number, count?: number): void;
}

/** A window of 1 stays 1. */
export function openWindow(max: number): Window {
  let size = Math.min(4, max);
  return {
    get size() {
      return Math.floor(size);
    },
    answered: (ms, count = 1) => {
      if (ms < QUICK_MS) size = Math.min(max, size + (ms < AT_ONCE_MS ? 3 * count : count));
      else if (ms > SLOW_MS) size = Math.max(1, size * 0.75);
    },
  };
}
