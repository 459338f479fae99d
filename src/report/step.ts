import { asResyncError } from "../errors.ts";
import type { Facts, Reporter } from "./reporter.ts";

/** What a finished step says: a few words for a person, facts for a program, and its value. */
export interface StepResult<T> {
  found: string;
  facts?: Facts;
  value: T;
}

/** A step's own voice while it runs. */
export interface StepVoice {
  progress(done: number, total: number | undefined, unit?: "bytes" | "records"): void;
}

/**
 * Runs one titled step and tells the reporter how it went. `id` is stable and part of the `--json` contract.
 * Returns the step's value; a failure is reported and thrown on.
 */
export async function step<T>(
  reporter: Reporter,
  id: string,
  title: string,
  act: (voice: StepVoice) => Promise<StepResult<T>>,
): Promise<T> {
  reporter.emit({ type: "step", id, title });
  try {
    const result = await act({
      progress: (done, total, unit = "bytes") => reporter.emit({ type: "progress", id, done, total, unit }),
    });
    reporter.emit({ type: "step-done", id, title, found: result.found, facts: result.facts ?? {} });
    return result.value;
  } catch (error) {
    reporter.emit({ type: "step-failed", id, title, error: asResyncError(error) });
    throw error;
  }
}
