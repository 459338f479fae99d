import { ResyncError } from "../../errors.ts";
import { untilAborted } from "../../abort.ts";

/** Milliseconds without an answer after which an act on a place is given up. */
export const STALL_MS = 60_000;

/**
 * `promise`, or `STALLED` when it does not settle within `ms`, or `abortError`. The work itself cannot be taken back: a hung network
 * file system keeps its thread.
 */
export async function inTime<T>(promise: Promise<T>, what: string, ms: number, signal?: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(stalledError(what, ms)), ms);
  });
  try {
    return await untilAborted(Promise.race([promise, stalled]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** What an act throws that made no progress for `ms` milliseconds. */
export function stalledError(what: string, ms: number): ResyncError {
  return new ResyncError("STALLED", {
    message: `${what}: no answer for ${(ms / 1000).toLocaleString("en-US")} s.`,
    hint: "Look at the line and the server, then run the same command again.",
    retryable: true,
  });
}
