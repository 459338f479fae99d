import type { ListSummary } from "../summary.ts";
import { count } from "../summary-text.ts";
import { escapeHtml, htmlTable, section } from "./html-page.ts";
import { listEffect } from "./list-effect.ts";

/** Lists of one network or gateway. */
interface Group {
  readonly name: string;
  readonly adds: number;
  readonly lists: readonly ListSummary[];
}

/**
 * A chart of addresses by network and postoffice, with what IMPORT does to each list: `most` lists at once, the others folded away. A
 * list's name is a button that shows its records.
 */
export function chartSection(lists: readonly ListSummary[], most: number): string {
  const title = "Addresses by network and postoffice";
  if (lists.length === 0) return section(title, "<p>No lists.</p>");
  const groups = groupsOf(lists);
  const top = Math.max(1, ...groups.map(({ adds }) => adds));
  const rows = groups.flatMap((group) => groupRows(group, top));
  const rest = rows.slice(most);
  const folded = `<details><summary>${count(rest.length, "more line")}</summary>\n${chart(rest)}\n</details>`;
  return section(title, chart(rows.slice(0, most)) + (rest.length > 0 ? folded : ""));
}

function chart(rows: readonly (readonly string[])[]): string {
  return htmlTable(["List", "Addresses", "", "What IMPORT will do"], rows, "chart");
}

/** Networks by name; within them postoffices in the order of the file. */
function groupsOf(lists: readonly ListSummary[]): Group[] {
  const byName = new Map<string, ListSummary[]>();
  for (const list of lists) {
    const slash = list.list.indexOf("/");
    const name = slash < 0 ? list.list : list.list.slice(0, slash);
    byName.set(name, [...(byName.get(name) ?? []), list]);
  }
  return [...byName]
    .map(([name, members]) => ({ name, lists: members, adds: members.reduce((sum, { adds }) => sum + adds, 0) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

function groupRows({ name, adds, lists }: Group, top: number): string[][] {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return [row(only.list, "", only.adds, top, listEffect(only))];
  return [
    row(name, "", adds, top, count(lists.length, "list")),
    ...lists.map((list) => row(list.list, "of", list.adds, top, listEffect(list))),
  ];
}

function row(list: string, place: string, adds: number, top: number, effect: string): string[] {
  const width = adds === 0 ? "0" : Math.max(0.3, (adds / top) * 100).toFixed(1);
  const shown = escapeHtml(list);
  const searched = list.endsWith(":") ? shown : `${shown}/`;
  return [
    `<span class="${place}"><button type="button" class="link" data-list="${searched}">${shown}</button></span>`,
    adds.toLocaleString("en"),
    `<span class="${place}"><svg role="img" aria-label="${adds} addresses" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width="${width}" height="8"/></svg></span>`,
    escapeHtml(effect),
  ];
}
