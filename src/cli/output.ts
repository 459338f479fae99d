import type { Clock } from "../clock.ts";
import type { Redactor } from "../config/secrets.ts";
import type { ResyncError } from "../errors.ts";
import { jsonReporter, jsonResult } from "../report/json.ts";
import { linesReporter } from "../report/lines.ts";
import type { Reporter } from "../report/reporter.ts";
import { showError } from "../report/show-error.ts";
import { styleOf, type Style } from "../report/style.ts";
import { terminalReporter } from "../report/terminal.ts";
import type { CommandResult } from "./command.ts";

/** How much is told and how. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly plain: boolean;
}

/** A run's mouth: talk on stderr, results on stdout; with `--json` everything as NDJSON on stdout. All of it redacted. */
export interface Output {
  readonly reporter: Reporter;
  readonly style: Style;
  write(text: string): void;
  result(command: string, result: CommandResult): void;
  error(command: string, error: ResyncError): void;
  /** Ends the moving line. */
  close(): void;
}

/** The output of one run on the process's own streams. */
export function createOutput(options: OutputOptions, clock: Clock, redactor: Redactor): Output {
  const { json, quiet, verbose, plain } = options;
  const err = (text: string) => void process.stderr.write(redactor.redact(text));
  const out = (text: string) => void process.stdout.write(redactor.redact(text));
  const line = (text: string) => out(`${text}\n`);
  const seen = styleOf(process.stderr, process.env);
  const style = plain ? { ...seen, colour: false } : seen;
  const show = { style, quiet, verbose };
  const moving = !json && !plain && process.stderr.isTTY ? terminalReporter(err, clock, show) : undefined;
  const reporter = moving ?? (json ? jsonReporter(line, clock, verbose) : linesReporter(err, show));
  return {
    reporter,
    style: {
      width: styleOf(process.stdout, process.env).width,
      colour: !plain && styleOf(process.stdout, process.env).colour,
    },
    write: out,
    result(command, { exitCode, outcome, data, text }) {
      moving?.close();
      if (json) jsonResult(line, clock, { command, exitCode, outcome, data });
      else if (text !== undefined) out(`${text}\n`);
    },
    error(command, error) {
      moving?.close();
      if (json) jsonResult(line, clock, { command, exitCode: error.exitCode, outcome: "failed", data: null, error });
      err(`${json ? "" : "\n"}${showError(error, style, verbose)}\n`);
    },
    close: () => moving?.close(),
  };
}
