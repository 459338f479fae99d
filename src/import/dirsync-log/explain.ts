import { parseLog } from "./decode.ts";
import type { LogLine } from "./line.ts";
import type { Message, Weight } from "./message.ts";
import { MESSAGES } from "./messages.ts";
import { splitRuns, type Banner } from "./runs.ts";
import { weigh } from "./weight.ts";

/** A line with what is known about it. */
export interface ExplainedLine extends LogLine {
  /** `undefined` on free text, on numbers no article explains and on lines of no documented form. */
  readonly message: Message | undefined;
  /** `undefined` on lines of no documented form. */
  readonly weight: Weight | undefined;
}

/** One program's lines, explained. */
export interface ExplainedRun {
  readonly banner: Banner | undefined;
  readonly finished: boolean;
  readonly lines: readonly ExplainedLine[];
  /** The heaviest weight of its lines, in the order normal, warning, unclear, failure. */
  readonly worst: Weight;
}

/** A log as `resync log` shows it: every line stands in exactly one run, in order. */
export interface ExplainedLog {
  readonly runs: readonly ExplainedRun[];
  /** Lines of no documented form. */
  readonly unknownLines: number;
}

/** Explains a DIRSYNC.LOG, DSSERVER.LOG, CENTRAL.LOG or IMPORT.LOG from its bytes (code page 850). Never throws. */
export function explainLog(bytes: Uint8Array): ExplainedLog {
  return explainLines(parseLog(bytes));
}

/** As `explainLog`, from lines that are parsed already. */
export function explainLines(lines: readonly LogLine[]): ExplainedLog {
  const runs = splitRuns(lines).map(({ banner, finished, lines }) => {
    const explained = lines.map(explainLine);
    return { banner, finished, lines: explained, worst: worstOf(explained) };
  });
  return { runs, unknownLines: lines.filter(({ entry }) => entry === undefined).length };
}

function explainLine(line: LogLine): ExplainedLine {
  const number = line.entry?.number;
  return {
    ...line,
    message: number === undefined ? undefined : MESSAGES.get(number),
    weight: line.entry && weigh(line.entry),
  };
}

const ORDER: readonly Weight[] = ["normal", "warning", "unclear", "failure"];

function worstOf(lines: readonly ExplainedLine[]): Weight {
  const worst = Math.max(0, ...lines.map(({ weight }) => (weight ? ORDER.indexOf(weight) : 0)));
  return ORDER[worst] ?? "normal";
}
