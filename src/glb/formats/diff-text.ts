import { table } from "../../report/table.ts";
import type { ChangedEntry, ListDiff, MasterListDiff, NamedAddress } from "../diff.ts";
import { count } from "../summary-text.ts";

export interface DiffTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Entries shown for each list and kind. Default: all. */
  readonly limit?: number | undefined;
}

/** A comparison for people: a table of the lists that differ, then their entries marked `+`, `~` and `-`. */
export function diffText(diff: MasterListDiff, options: DiffTextOptions): string {
  const total = `${count(diff.added, "entry", "entries")} added, ${diff.changed.toLocaleString("en")} changed, ${diff.removed.toLocaleString("en")} removed, ${diff.same.toLocaleString("en")} as before.`;
  const differing = diff.lists.filter(differs);
  if (differing.length === 0)
    return `No differences: ${count(diff.same, "entry", "entries")} in ${count(diff.lists.length, "list")}.`;
  const rows = differing.map((list) => [
    list.list,
    String(list.added.length),
    String(list.changed.length),
    String(list.removed.length),
    String(list.same),
    STATES[list.state],
  ]);
  const head = table(["List", "Added", "Changed", "Removed", "Same", ""], rows, options.width);
  const entries = differing.flatMap((list) => listLines(list, options.limit ?? Number.POSITIVE_INFINITY));
  return [head, ...(entries.length === 0 ? [] : [entries.join("\n")]), total].join("\n\n");
}

/** The comparison as plain data; entries in full. */
export function diffData(diff: MasterListDiff): Record<string, unknown> {
  return { ...diff, lists: diff.lists.filter(differs), listsCompared: diff.lists.length };
}

/** True when an import would touch the list, or the two sides do not both have it. */
export function differs(list: ListDiff): boolean {
  return (
    list.state === "untouched" ||
    list.state === "new" ||
    list.added.length + list.changed.length + list.removed.length > 0
  );
}

const STATES: Readonly<Record<ListDiff["state"], string>> = {
  both: "",
  new: "new list",
  untouched: "not in B: stays as it is",
  local: "own users: passed over (message 66)",
};

function listLines({ list, added, changed, removed }: ListDiff, limit: number): string[] {
  if (added.length + changed.length + removed.length === 0) return [];
  return [
    list,
    ...some(added, limit, (entry) => `  + ${entryText(entry)}`),
    ...some(changed, limit, (entry) => `  ~ ${changeText(entry)}`),
    ...some(removed, limit, (entry) => `  - ${entryText(entry)}`),
  ];
}

function some<T>(entries: readonly T[], limit: number, show: (entry: T) => string): string[] {
  const more = entries.length - limit;
  return [...entries.slice(0, limit).map(show), ...(more > 0 ? [`    … and ${more.toLocaleString("en")} more`] : [])];
}

function entryText({ name, address }: NamedAddress): string {
  return `${name}  ${address}`;
}

function changeText({ before, after }: ChangedEntry): string {
  if (before.name === after.name) return `${after.name}  ${before.address} → ${after.address}`;
  return `${before.name} → ${after.name}  ${after.address}`;
}
