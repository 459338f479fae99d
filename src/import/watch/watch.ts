import type { Clock } from "../../clock.ts";
import { asResyncError, type ErrorCode, type ResyncError } from "../../errors.ts";
import type { Reporter } from "../../report/reporter.ts";
import { isOpen, type TimeWindow } from "./window.ts";

/** What the status file says; docs/watch.md tells it field by field. Fields may be added. Times are UTC, ISO 8601. */
export interface WatchStatus {
  readonly state: "waiting" | "outside window" | "importing" | "backing off" | "stopped" | "failed";
  readonly pid: number;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** The delivery in the inbox, by its id; `null` when there is none, or none was seen yet. */
  readonly delivery: string | null;
  readonly lastImport: { readonly delivery: string; readonly outcome: string; readonly at: string } | null;
  /** Failures in a row. */
  readonly failures: number;
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null;
  readonly nextTryAt: string | null;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly window: TimeWindow | undefined;
  /** How often to look, milliseconds. */
  readonly pollMs: number;
  /** The wait after the first failure, doubled after each further one up to `mostMs`. Milliseconds. */
  readonly backOff: { readonly firstMs: number; readonly mostMs: number };
  /** The id of the delivery that lies in the inbox; `undefined` when none does. */
  readonly look: () => Promise<string | undefined>;
  /** Imports it, or finds that it was imported before; returns the outcome in a word. Throws what an import throws. */
  readonly importOne: () => Promise<string>;
  /** Keeps the status where others read it. */
  readonly tell: (status: WatchStatus) => Promise<void>;
}

/** After these, going on could make it worse, or could never get better: a person has to look. */
const FINAL: readonly ErrorCode[] = [
  "USAGE",
  "CONFIG_INVALID",
  "SECRET_MISSING",
  "ROLLBACK_FAILED",
  "ROLLBACK_REFUSED",
  "IMPORT_UNDETERMINED",
  "RECOVERY_NEEDED",
  "CONTRACT",
];

/**
 * Waits for deliveries and imports each new one once, one at a time, where the window allows an import to begin. A delivery that fails is tried
 * again with growing pauses; a newer one at once. Returns the number of imports when the signal comes between two; in the middle of one,
 * and for a failure that a person has to look at, throws what the import threw.
 */
export async function watch(options: WatchOptions): Promise<number> {
  const { clock, reporter, signal, window, pollMs, backOff, look, importOne } = options;
  const startedAt = clock.now().toISOString();
  let facts: Omit<WatchStatus, "state" | "pid" | "startedAt" | "updatedAt"> = {
    delivery: null,
    lastImport: null,
    failures: 0,
    lastError: null,
    nextTryAt: null,
  };
  let handled: string | undefined;
  let failed: string | undefined;
  let notBefore = 0;
  let imports = 0;

  for (;;) {
    if (signal.aborted) return stopped();
    await turn();
    try {
      await clock.sleep(pollMs, signal);
    } catch {
      return stopped();
    }
  }

  async function turn(): Promise<void> {
    let importing = false;
    try {
      const found = await look();
      facts = { ...facts, delivery: found ?? null };
      if (found === undefined || found === handled) return await say("waiting");
      if (window && !isOpen(window, clock.now())) return await say("outside window");
      if (found === failed && clock.monotonic() < notBefore) return await say("backing off");
      if (signal.aborted) return;
      facts = { ...facts, nextTryAt: null };
      await say("importing");
      importing = true;
      const outcome = await importOne();
      imports += outcome === "unchanged" ? 0 : 1;
      handled = found;
      failed = undefined;
      const at = clock.now().toISOString();
      facts = { ...facts, failures: 0, lastImport: { delivery: found, outcome, at } };
      await say("waiting");
    } catch (thrown) {
      await fail(asResyncError(thrown), importing);
    }
  }

  async function fail(error: ResyncError, importing: boolean): Promise<void> {
    if (signal.aborted && !importing) return;
    const at = clock.now();
    const failures = facts.failures + 1;
    const wait = Math.min(backOff.firstMs * 2 ** (failures - 1), backOff.mostMs);
    facts = { ...facts, failures, lastError: { code: error.code, message: error.message, at: at.toISOString() } };
    if (signal.aborted || FINAL.includes(error.code)) {
      await say(signal.aborted ? "stopped" : "failed");
      throw error;
    }
    failed = facts.delivery ?? undefined;
    notBefore = clock.monotonic() + wait;
    facts = { ...facts, nextTryAt: new Date(at.getTime() + wait).toISOString() };
    reporter.emit({
      type: "warning",
      text: `${error.message} The next try is in ${Math.round(wait / 1000)} seconds, or when a newer delivery comes.`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      facts: { code: error.code, failures, nextTryAt: facts.nextTryAt },
    });
    await say("backing off");
  }

  async function stopped(): Promise<number> {
    await say("stopped");
    return imports;
  }

  async function say(state: WatchStatus["state"]): Promise<void> {
    const updatedAt = clock.now().toISOString();
    await options.tell({ state, pid: process.pid, startedAt, updatedAt, ...facts });
  }
}
