import { networksOf } from "../networks.ts";
import { summaryFacts, type Inside } from "../summary-text.ts";
import type { InspectedItems } from "./inspected.ts";
import { plainRecord } from "./plain-record.ts";

/** The overview as one JSON object: numbers, lists, problems, layout, code page. */
export function overviewJson(inside: Inside): string {
  return `${JSON.stringify(overviewData(inside), undefined, 2)}\n`;
}

/** The overview as plain data. */
export function overviewData(inside: Inside): Record<string, unknown> {
  const { lists, problems, faults, damage, sync, stamp } = inside.summary;
  return {
    ...summaryFacts(inside),
    networks: networksOf(lists).map(({ network, adds, lists: { length } }) => ({ network, lists: length, adds })),
    listDetails: lists,
    problemDetails: problems,
    faultDetails: faults,
    damage,
    sync,
    stamp,
  };
}

/** Records as a JSON array, one record a line. */
export async function* recordsJson(items: InspectedItems): AsyncGenerator<string> {
  let before = "[\n";
  for await (const batch of items) {
    let lines = "";
    for (const item of batch) {
      lines += before + JSON.stringify(item.kind === "record" ? plainRecord(item) : item);
      before = ",\n";
    }
    yield lines;
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
