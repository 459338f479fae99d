import type { Clock } from "../clock.ts";
import type { ResyncError } from "../errors.ts";
import type { ReportEvent, Reporter } from "./reporter.ts";

/** Writes one line of NDJSON: an object, then LF. */
export type WriteLine = (line: string) => void;

/** `--json`: each event as one line with its UTC time. The shapes are pinned by a test and described in docs/json.md. */
export function jsonReporter(write: WriteLine, clock: Clock, verbose: boolean): Reporter {
  return {
    emit(event) {
      if (event.type === "debug" && !verbose) return;
      write(JSON.stringify({ at: clock.now().toISOString(), ...plainEvent(event) }));
    },
  };
}

/** The last line of `--json`: how the command ended. */
export function jsonResult(
  write: WriteLine,
  clock: Clock,
  result: { command: string; exitCode: number; outcome: string; data: unknown; error?: ResyncError },
): void {
  const { error, ...rest } = result;
  write(JSON.stringify({ at: clock.now().toISOString(), type: "result", ...rest, error: error && jsonError(error) }));
}

/** An error as `--json` shows it. */
export function jsonError(error: ResyncError): Record<string, unknown> {
  const { code, exitCode, message, state, hint, reference, facts } = error;
  return { code, exitCode, message, state, hint, reference, facts };
}

function plainEvent(event: ReportEvent): Record<string, unknown> {
  return event.type === "step-failed" ? { ...event, error: jsonError(event.error) } : { ...event };
}
