import type { ResyncError } from "../errors.ts";

/** Facts of an event for `--json`; the terminal shows some of them as text. Never a secret. */
export type Facts = Record<string, unknown>;

/** Everything a run tells while it goes on. `--json` prints each as one line with a UTC time stamp (docs/json.md). */
export type ReportEvent = Told & {
  /** Whose event it is, where one run works for several requestors at once. */
  readonly requestor?: string;
};

type Told =
  | { type: "run"; command: string; run: string; dryRun: boolean; title: string }
  | { type: "step"; id: string; title: string }
  | { type: "progress"; id: string; done: number; total: number | undefined; unit: "bytes" | "records" }
  | { type: "step-done"; id: string; title: string; found: string; facts: Facts }
  | { type: "step-skipped"; id: string; title: string; why: string }
  | { type: "step-failed"; id: string; title: string; error: ResyncError }
  | { type: "note"; text: string; facts: Facts }
  | { type: "warning"; text: string; hint?: string; reference?: string; facts: Facts }
  /** An act that `--dry-run` left out: the literal registry value, command or path. */
  | { type: "would"; act: string; facts: Facts }
  /** For `--verbose` only. */
  | { type: "debug"; text: string };

/**
 * Where a run tells what it does. Implementations only show; they never decide, never throw and never wait for a person.
 * Rooms below `cli/` print nothing themselves.
 */
export interface Reporter {
  emit(event: ReportEvent): void;
}

/** Says nothing. */
export const silentReporter: Reporter = { emit: () => undefined };

/** Tells everything as being about one requestor, or about a few that share a list; what is said to be about another one stays so. */
export function reporterFor(requestor: string, reporter: Reporter): Reporter {
  return { emit: (event) => reporter.emit({ requestor, ...event }) };
}

/** Keeps every event, in order, for tests and for results that want the warnings again. */
export function recordingReporter(): Reporter & { readonly events: ReportEvent[] } {
  const events: ReportEvent[] = [];
  return { events, emit: (event) => void events.push(event) };
}

/** Tells several reporters the same. */
export function teeReporter(...reporters: Reporter[]): Reporter {
  return {
    emit: (event) => {
      for (const reporter of reporters) reporter.emit(event);
    },
  };
}
