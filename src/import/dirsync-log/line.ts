/** How serious the writing program called a line. `unknown`: a numeric severity no article explains (only 1 and 2 are, Q149271). */
export type Severity = "Status" | "Warning" | "Error" | "Fatal" | "unknown";

/** A moment as the log prints it: the postoffice's local time, no time zone. */
export interface LogTime {
  /** Four digits, see `fullYear`. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** `undefined` where the line has none (Q148705). */
  readonly second: number | undefined;
  /** False for year "10": REQMAIN before 3.5.34 prints it for all of 2000 to 2009 (Q191886). */
  readonly yearCertain: boolean;
}

/** What a line of a documented form says. */
export interface LogEntry {
  readonly at: LogTime | undefined;
  /** `text` as in DIRSYNC.LOG, `numeric` as in DSSERVER.LOG and CENTRAL.LOG (Q149271). */
  readonly form: "text" | "numeric";
  readonly severity: Severity;
  /** The message number, 0 to 999; `undefined` on banners, free text and continuation lines. */
  readonly number: number | undefined;
  /** The words after the number, trimmed; in the numeric form of a numbered message only its parameter. May be empty. */
  readonly text: string;
  /** The line of the import text file that the message is about (Q104687). */
  readonly inputLine: number | undefined;
  /** False when the program could not find the words of message `number` because DS_MSG.GLB is missing (Q130064). */
  readonly worded: boolean;
}

/** One line of a log. `entry` is `undefined` when the line has no documented form: it is kept and shown, never dropped. */
export interface LogLine {
  /** 1-based, within what was read. */
  readonly line: number;
  readonly raw: string;
  readonly entry: LogEntry | undefined;
}

const STAMP =
  /^#?\s*(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{2,4})\s+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?\s*\|\s*(?<rest>.*)$/u;
const TEXT_FORM = /^(?<severity>Status|Warning|Error|Fatal)\b\s*(?:\[\s*(?<number>\d{0,3})\s*\])?\s*(?<text>.*)$/iu;
const NUMERIC_FORM = /^(?<severity>\d{1,2})\s+(?<number>-1|\d{1,3})(?:\s+(?<text>.*))?$/u;
/** `nnnn IMPORT: Error [12] …` (Q104687). */
const COLUMN_ONE = /^(?<input>\d+)\s+IMPORT:\s*(?<rest>.*)$/iu;
/** `[XX] Error Obtaining Message #: YY` (Q130064). */
const UNWORDED = /Error Obtaining Message #:?\s*(?<number>\d{1,3})/iu;

/** Reads one line, without its line end. Every padding printed in an article is accepted; what is not read has no `entry`. */
export function parseLine(raw: string, line: number): LogLine {
  return { line, raw, entry: parseEntry(raw.trim()) };
}

function parseEntry(text: string): LogEntry | undefined {
  const stamped = STAMP.exec(text)?.groups;
  const at = stamped && logTime(stamped);
  const column = COLUMN_ONE.exec(text)?.groups;
  const rest = stamped?.["rest"] ?? column?.["rest"] ?? text;
  const inputLine = column?.["input"] === undefined ? undefined : Number(column["input"]);

  const unworded = UNWORDED.exec(rest)?.groups;
  const worded = unworded === undefined;
  const words = TEXT_FORM.exec(rest)?.groups;
  if (words) {
    const number = unworded?.["number"] ?? words["number"];
    return entry({
      at,
      form: "text",
      severity: severityOf(words["severity"]),
      number,
      text: words["text"],
      inputLine,
      worded,
    });
  }
  if (unworded) {
    return entry({ at, form: "text", severity: "unknown", number: unworded["number"], text: rest, inputLine, worded });
  }
  const figures = at && NUMERIC_FORM.exec(rest)?.groups;
  if (!figures) return undefined;
  const severity = NUMERIC_SEVERITY[figures["severity"] ?? ""] ?? "unknown";
  const number = figures["number"] === "-1" ? undefined : figures["number"];
  return entry({ at, form: "numeric", severity, number, text: figures["text"], inputLine, worded });
}

function entry(
  found: Omit<LogEntry, "number" | "text"> & { number: string | undefined; text: string | undefined },
): LogEntry {
  const number = found.number === undefined || found.number === "" ? undefined : Number(found.number);
  return { ...found, number, text: (found.text ?? "").trim() };
}

const NUMERIC_SEVERITY: Record<string, Severity> = { "1": "Status", "2": "Fatal" };
const SEVERITIES: Record<string, Severity> = { status: "Status", warning: "Warning", error: "Error", fatal: "Fatal" };

function severityOf(word: string | undefined): Severity {
  return SEVERITIES[word?.toLowerCase() ?? ""] ?? "unknown";
}

function logTime(groups: Record<string, string | undefined>): LogTime {
  const number = (name: string) => Number(groups[name]);
  return {
    year: fullYear(number("year")),
    month: number("month"),
    day: number("day"),
    hour: number("hour"),
    minute: number("minute"),
    second: groups["second"] === undefined ? undefined : number("second"),
    yearCertain: groups["year"] !== "10",
  };
}

/** `94` is 1994, `03` is 2003, `100` is 2000: the old programs print years since 1900 (Q191905, Q192158). MS Mail 3.0 is of 1992. */
function fullYear(printed: number): number {
  if (printed >= 1000) return printed;
  if (printed >= 100) return 1900 + printed;
  return printed >= 80 ? 1900 + printed : 2000 + printed;
}
