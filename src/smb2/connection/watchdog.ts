/** Times the requested timeout that one request may take in all, however often the server says "pending". */
const PATIENCE = 10;

/** Calls `bark` when the server has said nothing for `timeoutMs` while something is asked of it. */
export interface Watchdog {
  /** Something was asked where nothing was before. */
  start(): void;
  /** The server answered something, the final answer or an interim one. `oldest` is when the oldest open request was sent. */
  heard(oldest: number | undefined): void;
  stop(): void;
}

/** Times are milliseconds of `performance.now()`. */
export function watchdog(timeoutMs: number, bark: (waitedMs: number) => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const start = (): void => {
    stop();
    timer = setTimeout(() => bark(timeoutMs), timeoutMs);
  };
  return {
    start,
    stop,
    heard: (oldest) => {
      if (oldest === undefined) return stop();
      const waited = performance.now() - oldest;
      if (waited > timeoutMs * PATIENCE) return bark(waited);
      if (timer === undefined) start();
      else timer.refresh();
    },
  };
}
