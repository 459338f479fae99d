import { table } from "../../report/table.ts";
import { addressTypes, count, guessProducer, headerText, type Inside } from "../summary-text.ts";
import { networksOf } from "../networks.ts";
import type { Summary } from "../summary.ts";
import { listWarnings } from "../warnings.ts";
import { listEffect } from "./list-effect.ts";
import { stampText } from "./plain-record.ts";

/** How the overview is shown. */
export interface OverviewOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Lists shown at the most. Default 30. */
  readonly lists?: number;
}

/** What stands in a master list, for people: numbers, lists, problems, and how the file was read. */
export function overviewText(inside: Inside, options: OverviewOptions): string {
  return [
    numbers(inside, options.width),
    lists(inside.summary, options),
    problems(inside, options.width),
    reading(inside, options.width),
  ].join("\n\n");
}

function numbers({ summary }: Inside, width: number): string {
  const { sync, stamp } = summary;
  const producer = guessProducer(summary);
  const types = [...addressTypes(summary)].map(([type, adds]) => `${type} ${adds.toLocaleString("en")}`);
  const kinds = Object.entries(summary.kinds).flatMap(([kind, times]) =>
    times > 0 ? [`${kind} ${times.toLocaleString("en")}`] : [],
  );
  return pairs(
    [
      ["Header", headerText(summary)],
      ["Records", `${summary.records.toLocaleString("en")}: ${kinds.join(", ")}`],
      ["Addresses", types.join(", ") || "none"],
      ["Networks", networksText(summary)],
      ["Sync numbers", sync === undefined ? "not found" : `${sync.first} to ${sync.last}`],
      ["Date stamps", stamp === undefined ? "not found" : `${stampText(stamp.first)} to ${stampText(stamp.last)}`],
      ["Written by", `${producer.name}: ${producer.reason}`],
    ],
    width,
  );
}

/** Networks shown at the most, those with most addresses. */
const NETWORKS = 12;

function networksText({ lists }: Summary): string {
  const networks = networksOf(lists).toSorted((a, b) => b.adds - a.adds);
  const shown = networks
    .slice(0, NETWORKS)
    .map(({ network, adds, lists }) => `${network} ${adds.toLocaleString("en")} in ${count(lists.length, "list")}`);
  const more = networks.length - shown.length;
  return [...shown, ...(more > 0 ? [count(more, "more network")] : [])].join("; ") || "none";
}

function lists(summary: Summary, { width, lists: most = 30 }: OverviewOptions): string {
  const rows = summary.lists
    .slice(0, most)
    .map((list) => [list.list, list.adds.toLocaleString("en"), listEffect(list)]);
  if (rows.length === 0) return "No lists.";
  const more = summary.lists.length - rows.length;
  const rest = more > 0 ? `\n… and ${count(more, "more list")}; --format json and --html show all` : "";
  return `${table(["List", "Addresses", "What IMPORT will do"], rows, width)}${rest}`;
}

function problems(inside: Inside, width: number): string {
  const warnings = listWarnings(inside);
  if (warnings.length === 0) return "IMPORT will take every transaction as it is.";
  const rows = warnings.map(({ text, hint, reference }) => {
    const source = reference === undefined ? "" : ` (${reference})`;
    return ["!", `${text}${source}${hint === undefined ? "" : `\n→ ${hint}`}`];
  });
  return table(["", "To be known"], rows, width);
}

function reading({ layout, codePage, summary }: Inside, width: number): string {
  const filling = summary.end.filling;
  return pairs(
    [
      ["Layout", `read with ${layout.confidence} confidence, learnt from ${count(layout.records, "record")}`],
      ...layout.reasons.map((reason): [string, string] => ["", reason]),
      ...layout.unexplained.map((what): [string, string] => ["Unexplained", what]),
      ["Code page", `${codePage.codePage}: ${codePage.reason}`],
      ...(filling > 0 ? [["Filling", `${count(filling, "byte")} behind the last record`] as [string, string]] : []),
    ],
    width,
  );
}

function pairs([first = ["", ""], ...rows]: readonly [string, string][], width: number): string {
  return table(first, rows, width);
}
