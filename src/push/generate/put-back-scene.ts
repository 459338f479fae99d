import type { Clock } from "../../clock.ts";
import type { Journal, JournalData } from "../../journal/journal.ts";
import type { DssChange } from "./change.ts";
import type { DssHost } from "./dss-host.ts";

/** What putting back needs. Times in milliseconds. */
export interface PutBackTools {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly stateTimeoutMs: number;
  readonly pollMs: number;
}

/** What one part of putting back is given: the host, bounded time, and acts that are journaled. */
export interface PutBackScene extends PutBackTools {
  readonly host: DssHost;
  readonly changes: readonly DssChange[];
  readonly signal: AbortSignal;
  /** Says what was put back, or is kept. */
  done(text: string): void;
  /** Journals and does one act of putting back. A journal that cannot be written does not stop it. */
  act(what: JournalData, act: () => Promise<void>): Promise<void>;
}
