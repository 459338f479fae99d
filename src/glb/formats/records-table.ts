import type { InspectedItem, InspectedItems } from "./inspected.ts";

/** Records as a list for a terminal: sync number, kind, transaction; details, problems and damage on lines of their own. */
export async function* recordsTable(items: InspectedItems): AsyncGenerator<string> {
  yield `${"Sync".padStart(10)}  ${"Kind".padEnd(8)}  Transaction\n`;
  for await (const batch of items) yield batch.map(lines).join("");
}

const INDENT = " ".repeat(22);

function lines(item: InspectedItem): string {
  if (item.kind === "damage") {
    return `${"!".padStart(10)}  ${"damage".padEnd(8)}  ${item.length} bytes at byte ${item.offset}: ${item.why}\n`;
  }
  const { kind, problems } = item.transaction;
  const [first = "", ...rest] = item.text.split("\r\n");
  const shown = kind === "comment" || kind === "header" || kind === "unknown" ? first : first.slice(2);
  const head = `${String(item.sync ?? "").padStart(10)}  ${kind.padEnd(8)}  ${shown.replace("\t", "  ")}\n`;
  const remarks = [
    ...rest.map((line) => line.trim().replace("\t", "  ")),
    ...problems.map(({ message, text }) => `! ${message === 0 ? "" : `IMPORT message ${message}: `}${text}`),
    ...(item.fault === undefined ? [] : [`! ${item.fault.text}`]),
  ];
  return head + remarks.map((remark) => `${INDENT}${remark}\n`).join("");
}
