import type { Clock } from "./clock.ts";
import type { Journal } from "./journal/journal.ts";
import type { Reporter } from "./report/reporter.ts";

/** What every procedure of a run gets: its time, its voice, its journal and its end. */
export interface RunContext {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly journal: Journal;
  /** Aborts on Ctrl-C, SIGTERM or a failed neighbour. Undoing does not listen to it. */
  readonly signal: AbortSignal;
  /** Read everything, change nothing: the ports refuse writes with `DRY_RUN`, procedures say `would` instead. */
  readonly dryRun: boolean;
}
