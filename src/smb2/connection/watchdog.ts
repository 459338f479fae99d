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
  let rounds = 0;
  const stop = (): void => {
    rounds += 1;
    clearTimeout(timer);
    timer = undefined;
  };
  const start = (): void => {
    stop();
    const round = rounds;
    timer = setTimeout(() => {
      // When this process itself was busy for so long, the answer may have arrived and not been read: that comes first.
      setImmediate(() => {
        if (round === rounds) bark(timeoutMs);
      });
    }, timeoutMs);
  };
  return {
    start,
    stop,
    heard: (oldest) => {
      if (oldest === undefined) return stop();
      const waited = performance.now() - oldest;
      if (waited > timeoutMs * PATIENCE) return bark(waited);
      start();
    },
  };
}
