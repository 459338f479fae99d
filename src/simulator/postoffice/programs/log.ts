import { appendFileSync } from "node:fs";
import type { PostofficeFiles } from "../files.ts";
import { DS_MSG_SLOT } from "../messages.ts";
import { encodeText, getText } from "../records/text.ts";
import type { ImportVersion } from "../simulation.ts";

export type Severity = "Status" | "Warning" | "Error" | "Fatal";

/** What a program says in LOG\DIRSYNC.LOG and on its screen. */
export interface DirsyncLog {
  status(text: string): void;
  /** A message of DS_MSG.GLB, with what it is about. */
  message(severity: Severity, number: number, about?: string): void;
  /** A line that goes on from a numbered one: its brackets are empty (Q148705). */
  continued(severity: Severity, text: string): void;
}

export interface LogOptions {
  readonly version: ImportVersion;
  now(): Date;
  screen(text: string): void;
  /** False: the file cannot be written; the program goes on without (assumption). */
  readonly writable: boolean;
  /** False: DS_MSG.GLB cannot be read. */
  readonly messages: boolean;
  /** Gets every line but the Status ones, for `-l`. */
  onProblem?: (line: string) => void;
}

export const LOG_FILE = "LOG/DIRSYNC.LOG";

/** Opens the log for appending. */
export function dirsyncLog(files: PostofficeFiles, options: LogOptions): DirsyncLog {
  const path = files.path(LOG_FILE);
  const slots = options.messages ? files.readIfAny("GLB/DS_MSG.GLB") : Buffer.alloc(0);
  const line = (severity: Severity, code: string, text: string): void => {
    const written = formatLine(logTime(options.now(), options.version), severity, code, text);
    if (options.writable) appendIfPossible(path, written);
    options.screen(`${written}\r\n`);
    if (severity !== "Status") options.onProblem?.(written);
  };
  return {
    status: (text) => line("Status", NO_CODE, text),
    continued: (severity, text) => line(severity, "[   ] ", text),
    message(severity, number, about) {
      const text = messageText(slots, number);
      if (text === undefined) line(severity, code(1), `Error Obtaining Message #: ${number}`);
      else if (text === "") line(severity, code(1), `Error Message #${number} is not defined`);
      else line(severity, code(number), about === undefined ? text : `${text} ${about}`);
    },
  };
}

/** `"%s | %-7s%s%s"`: time, severity, code in 6 columns, text (Q118447). */
export function formatLine(time: string, severity: Severity, code: string, text: string): string {
  return `${time} | ${severity.padEnd(7)}${code}${text}`;
}

/** `MM/DD/YY HH:MM:SS`, local time. Before 3.5.34 the year is printed as years since 1900, `/100` and up (Q191905, Q192158). */
export function logTime(now: Date, version: ImportVersion): string {
  const since1900 = now.getFullYear() - 1900;
  const year = version === "3.5.34" ? two(since1900 % 100) : two(since1900);
  const date = `${two(now.getMonth() + 1)}/${two(now.getDate())}/${year}`;
  return `${date} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

const NO_CODE = "      ";

function code(number: number): string {
  return `[${String(number).padStart(3)}] `;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The text in a slot of DS_MSG.GLB; `undefined` when the file is missing (Q130064), empty when it is too old for the number (Q122689). */
function messageText(slots: Buffer, number: number): string | undefined {
  if (slots.length < DS_MSG_SLOT) return undefined;
  const at = number * DS_MSG_SLOT;
  return at + DS_MSG_SLOT <= slots.length ? getText(slots, at, DS_MSG_SLOT) : "";
}

/** A log that cannot be written stops nothing. */
function appendIfPossible(path: string, line: string): void {
  try {
    appendFileSync(path, encodeText(`${line}\r\n`));
  } catch {
    // Nobody is told: the real program's behaviour is undocumented.
  }
}
