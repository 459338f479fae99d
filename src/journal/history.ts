import type { RunRecord } from "./store.ts";

/** One run in a few words. */
export interface HistoryRow {
  readonly run: string;
  readonly command: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** How it ended; `running`, or `cut off` for a run without an end whose process is gone. */
  readonly outcome: string;
  readonly exitCode: number | undefined;
  /** What it was about: DSS, postoffice, places. */
  readonly about: string;
}

/** Runs in a few words, the newest first. */
export function historyRows(
  runs: readonly RunRecord[],
  only: { limit: number; command: string | undefined },
): HistoryRow[] {
  return runs
    .filter((run) => only.command === undefined || run.command === only.command)
    .toReversed()
    .slice(0, only.limit)
    .map((run) => ({
      run: run.run,
      command: run.command,
      startedAt: run.startedAt,
      endedAt: run.end?.at,
      outcome: run.end?.outcome ?? run.state,
      exitCode: run.end?.exitCode,
      about: typeof run.data["about"] === "string" ? run.data["about"] : "",
    }));
}
