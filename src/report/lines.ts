import type { ReportEvent, Reporter } from "./reporter.ts";
import { columns, padColumns, paint, wrap, type Style } from "./style.ts";

/** Columns before the text that a step found. */
const TITLE = 30;

export interface LinesOptions {
  readonly style: Style;
  /** Shows `debug` events too. */
  readonly verbose: boolean;
  /** Shows warnings and failures only. */
  readonly quiet: boolean;
}

/** One line (wrapped) an event, nothing overwritten: for logs, pipes and `--plain`. */
export function linesReporter(write: (text: string) => void, options: LinesOptions): Reporter {
  return {
    emit(event) {
      const line = showEvent(event, options);
      if (line !== undefined) write(`${line}\n`);
    },
  };
}

/** An event as text without a final line break; `undefined` for what is not shown. */
export function showEvent(event: ReportEvent, { style, verbose, quiet }: LinesOptions): string | undefined {
  const about = event.requestor === undefined ? "" : `${event.requestor}: `;
  switch (event.type) {
    case "run": {
      if (quiet) return undefined;
      const dry = event.dryRun ? paint(style, "yellow", "  (dry run: nothing is changed)") : "";
      const head = `resync ${event.command}  `;
      const title = wrap(event.title, style.width, " ".repeat(head.length));
      return `${paint(style, "bold", head)}${title}${dry}\n`;
    }
    case "step":
    case "progress":
      return undefined;
    case "step-done":
      return quiet ? undefined : stepLine(style, paint(style, "green", "✔"), about + event.title, event.found);
    case "step-skipped":
      return quiet ? undefined : stepLine(style, paint(style, "dim", "–"), about + event.title, event.why);
    case "step-failed":
      return stepLine(style, paint(style, "red", "✖"), about + event.title, "failed");
    case "note":
      return quiet ? undefined : `  ${paint(style, "blue", "i")} ${wrap(about + event.text, style.width, "    ")}`;
    case "warning":
      return showWarning(event, about, style);
    case "would":
      return `  ${paint(style, "yellow", "would")} ${wrap(about + event.act, style.width, "        ")}`;
    case "debug":
      return verbose ? paint(style, "dim", `    ${about}${event.text}`) : undefined;
  }
}

function stepLine(style: Style, mark: string, title: string, found: string): string {
  const indent = " ".repeat(TITLE + 4);
  const longest = Math.max(...found.split(/\s/u).map(columns));
  const beside = columns(title) < TITLE && indent.length + longest <= style.width;
  if (!beside) return `  ${mark} ${title}\n      ${wrap(found, style.width, "      ")}`;
  return `  ${mark} ${padColumns(title, TITLE)}${wrap(found, style.width, indent)}`;
}

function showWarning(event: Extract<ReportEvent, { type: "warning" }>, about: string, style: Style): string {
  const text = about + (event.reference === undefined ? event.text : `${event.text} (${event.reference})`);
  const hint =
    event.hint === undefined ? "" : `\n    ${paint(style, "dim", "→")} ${wrap(event.hint, style.width, "      ")}`;
  return `  ${paint(style, "yellow", "!")} ${wrap(text, style.width, "    ")}${hint}`;
}
