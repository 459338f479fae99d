import type { Clock } from "../clock.ts";
import { asResyncError, type ExitCode } from "../errors.ts";
import { appendDurably } from "./append.ts";
import { identify } from "./process-identity.ts";

declare const runBrand: unique symbol;
/** A run's name: UTC start and four random characters, `20261123-214030-k3f9`. Sorts by time; fits a file name everywhere. */
export type RunId = string & { readonly [runBrand]: true };

/** Plain data that survives JSON. Never a secret. */
export type JournalData = { readonly [key: string]: JournalValue };
export type JournalValue = string | number | boolean | null | undefined | readonly JournalValue[] | JournalData;

/** One line of a run's journal. `at` is UTC, ISO 8601. */
export type JournalEntry =
  | {
      at: string;
      type: "begin";
      run: RunId;
      command: string;
      pid: number;
      /** Which process of that number it is (`identify`), where the system tells. */
      start: string | undefined;
      host: string;
      version: string;
      data: JournalData;
    }
  /** Written, and on the disk, before the act. */
  | { at: string; type: "intent"; step: string; data: JournalData }
  | { at: string; type: "done"; step: string; data: JournalData }
  | { at: string; type: "failed"; step: string; code: string; message: string }
  /** A fact without an act. */
  | { at: string; type: "note"; step: string; data: JournalData }
  | { at: string; type: "end"; outcome: string; exitCode: ExitCode; data: JournalData };

/**
 * A run's write-ahead journal: what is about to be done stands on the disk before it is done, so that after a crash
 * `resync recover` (or the next run) knows what may have happened and finishes or undoes it.
 */
export interface Journal {
  readonly run: RunId;
  /** Journals the intent, acts, then journals the outcome. `outcome` may add data learned from the result. */
  act<T>(step: string, intent: JournalData, act: () => Promise<T>, outcome?: (result: T) => JournalData): Promise<T>;
  note(step: string, data: JournalData): Promise<void>;
  /** The last line. Nothing may follow; a second call is ignored. */
  end(outcome: string, exitCode: ExitCode, data?: JournalData): Promise<void>;
}

/** Where a journal's lines go: a file, or nowhere for `--dry-run` and tests. */
export type JournalSink = (entry: JournalEntry) => Promise<void>;

/** A sink that appends to `file`, one JSON line an entry, forced to the disk before it settles. */
export function fileSink(file: string): JournalSink {
  return (entry) => appendDurably(file, `${JSON.stringify(entry)}\n`);
}

/** A new journal over any sink. `begin` has been written when this settles. */
export async function openJournal(
  sink: JournalSink,
  clock: Clock,
  begin: { run: RunId; command: string; host: string; version: string; data: JournalData },
): Promise<Journal> {
  const start = (await identify(process.pid))?.start;
  await sink({ at: clock.now().toISOString(), type: "begin", pid: process.pid, start, ...begin });
  return journalOver(sink, clock, begin.run);
}

/** A journal over a sink whose run has begun already. */
export function journalOver(sink: JournalSink, clock: Clock, run: RunId): Journal {
  const at = () => clock.now().toISOString();
  let ended = false;
  return {
    run,
    async act(step, intent, act, outcome) {
      await sink({ at: at(), type: "intent", step, data: intent });
      try {
        const result = await act();
        await sink({ at: at(), type: "done", step, data: outcome?.(result) ?? {} });
        return result;
      } catch (error) {
        const { code, message } = asResyncError(error);
        await sink({ at: at(), type: "failed", step, code, message });
        throw error;
      }
    },
    note: (step, data) => sink({ at: at(), type: "note", step, data }),
    async end(outcome, exitCode, data = {}) {
      if (ended) return;
      ended = true;
      await sink({ at: at(), type: "end", outcome, exitCode, data });
    },
  };
}
