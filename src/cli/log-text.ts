import type { ExplainedLine, ExplainedLog, ExplainedRun } from "../import/dirsync-log/explain.ts";
import type { LogTime } from "../import/dirsync-log/line.ts";
import type { Weight } from "../import/dirsync-log/message.ts";
import { paint, wrap, type Style } from "../report/style.ts";

const MARK: Record<Weight, string> = { normal: " ", warning: "!", unclear: "?", failure: "✖" };
const INK = { normal: "dim", warning: "yellow", unclear: "yellow", failure: "red" } as const;

/** A log for a person: each program's run under its banner, each message with its meaning and remedy. `all` shows normal lines too. */
export function showLog(log: ExplainedLog, style: Style, all: boolean): string {
  if (log.runs.length === 0) return "The log is empty.";
  const shown = log.runs.map((run) => showRun(run, style, all)).join("\n\n");
  if (log.unknownLines === 0) return shown;
  return `${shown}\n\n${log.unknownLines} lines have no form that any article documents; they are shown as they stand, marked "?".`;
}

function showRun(run: ExplainedRun, style: Style, all: boolean): string {
  const name = run.banner ? `${run.banner.program} ${run.banner.version}` : "without a banner";
  const first = run.lines.find(({ entry }) => entry?.at)?.entry?.at;
  const end = run.finished ? "ran to its end" : "no closing line";
  const head = paint(style, "bold", `${first ? `${showTime(first)}  ` : ""}${name}`);
  const lines = run.lines.filter((line) => all || line.entry === undefined || (line.weight ?? "normal") !== "normal");
  return [`${head}  ${verdictOf(run.worst)}, ${end}`, ...lines.map((line) => showLine(line, style))].join("\n");
}

function showLine(line: ExplainedLine, style: Style): string {
  if (line.entry === undefined) return `  ? ${wrap(line.raw.trim(), style.width, "    ")}`;
  const { severity, number, text } = line.entry;
  const weight = line.weight ?? "unclear";
  const said = `${severity}${number === undefined ? "" : ` [${number}]`} ${text}`.trim();
  const out = [`  ${paint(style, INK[weight], MARK[weight])} ${wrap(said, style.width, "    ")}`];
  const { message } = line;
  if (message === undefined) return out.join("\n");
  out.push(`      ${wrap(`${message.meaning} (${message.articles.join(", ")})`, style.width, "      ")}`);
  if (message.remedy !== undefined) out.push(`      ${wrap(`→ ${message.remedy}`, style.width, "        ", 6)}`);
  return out.join("\n");
}

function verdictOf(worst: Weight): string {
  switch (worst) {
    case "normal":
      return "nothing of note";
    case "warning":
      return "warnings";
    case "unclear":
      return "something that no article explains";
    case "failure":
      return "failures";
  }
}

function showTime(at: LogTime): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const seconds = at.second === undefined ? "" : `:${two(at.second)}`;
  const year = at.yearCertain ? String(at.year) : `${at.year} or later`;
  return `${year}-${two(at.month)}-${two(at.day)} ${two(at.hour)}:${two(at.minute)}${seconds}`;
}
