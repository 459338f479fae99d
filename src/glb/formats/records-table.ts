import { visible, wrap } from "../../report/style.ts";
import type { InspectedItem, InspectedItems } from "./inspected.ts";

/** How the list is shown. */
export interface RecordsTableOptions {
  /** Columns of the terminal, at which what is wrong is wrapped; transactions stay on one line. Default 80. */
  readonly width?: number | undefined;
}

/** Records as a list for a terminal: sync number, kind, transaction; details, problems and damage on lines of their own. */
export async function* recordsTable(items: InspectedItems, options: RecordsTableOptions = {}): AsyncGenerator<string> {
  const { width = 80 } = options;
  yield `${"Sync".padStart(10)}  ${"Kind".padEnd(8)}  Transaction\n`;
  let any = false;
  for await (const batch of items) {
    any = true;
    yield batch.map((item) => lines(item, width)).join("");
  }
  if (!any) yield `${INDENT}There are no such records.\n`;
}

const INDENT = " ".repeat(22);

function lines(item: InspectedItem, width: number): string {
  if (item.kind === "damage") {
    return `${"!".padStart(10)}  ${"damage".padEnd(8)}  ${item.length} bytes at byte ${item.offset}: ${item.why}\n`;
  }
  const { kind, problems } = item.transaction;
  const [first = "", ...rest] = item.text.split("\r\n");
  const shown = kind === "comment" || kind === "header" || kind === "unknown" ? first : first.slice(2);
  const head = `${String(item.sync ?? "").padStart(10)}  ${kind.padEnd(8)}  ${visible(shown.replace("\t", "  "))}\n`;
  const wrong = [
    ...problems.map(({ message, text }) => `${message === 0 ? "" : `IMPORT message ${message}: `}${text}`),
    ...(item.fault === undefined ? [] : [item.fault.text]),
  ];
  const remarks = [
    ...rest.map((line) => visible(line.trim().replace("\t", "  "))),
    ...wrong.map((text) => `! ${wrap(text, width, `${INDENT}  `)}`),
  ];
  return head + remarks.map((remark) => `${INDENT}${remark}\n`).join("");
}
