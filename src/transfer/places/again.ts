import type { Clock } from "../../clock.ts";
import { asResyncError, type ResyncError } from "../../errors.ts";
import type { Reporter } from "../../report/reporter.ts";

/** How often and how patiently to try. */
export interface Patience {
  /** Tries in all, 1 or more. */
  readonly attempts: number;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Milliseconds before the second try; doubled for each further one, up to the last of these. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

/**
 * Runs `act` until it succeeds, fails for good, or has had all its tries. `passes` says which failures may pass by themselves. Every new
 * try is told, and the success after it. Throws the last failure, or `abortError`.
 */
export async function again<T>(
  what: string,
  { attempts, clock, reporter }: Patience,
  signal: AbortSignal | undefined,
  act: (attempt: number) => Promise<T>,
  passes: (failure: ResyncError) => boolean = (failure) => failure.retryable,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await act(attempt);
      if (attempt > 1) reporter.emit({ type: "note", text: `${what}: worked at try ${attempt}.`, facts: { attempt } });
      return result;
    } catch (error) {
      const failure = asResyncError(error);
      if (attempt >= attempts || signal?.aborted || !passes(failure)) throw error;
      const pause = PAUSES[Math.min(attempt, PAUSES.length) - 1] ?? 0;
      reporter.emit({
        type: "warning",
        text: `${what}: ${failure.message} Trying again in ${pause / 1000} s (try ${attempt + 1} of ${attempts}).`,
        facts: { code: failure.code, attempt: attempt + 1, attempts },
      });
      await clock.sleep(pause, signal);
    }
  }
}
