import { compareList, entries, passOver, unchanged, type Entries, type ListComparison } from "./list-comparison.ts";
import type { ListDiff, MasterListDiff } from "./diff-model.ts";
import type { ChangeSource } from "./list-changes.ts";

export type { ChangedEntry, ListDiff, MasterListDiff, NamedAddress } from "./diff-model.ts";

export interface DiffOptions {
  /** The postoffice that imports, `NET/PO` in any case: its own users are not touched. */
  readonly local?: string | undefined;
}

/**
 * What importing `b` on top of `a` would add, change and remove. Lists that `b` replaces (`R`) lose what `b` does not name; to others `b` only
 * adds. Names count as they are spelled, address types in any case. Holds `a` and the differences in memory.
 */
export async function diffMasterLists(
  a: ChangeSource,
  b: ChangeSource,
  options: DiffOptions = {},
): Promise<MasterListDiff> {
  const before = new Map<string, Entries>();
  const oldEntries = remembering((list) => getOrMake(before, list, entries));
  await a({
    replace: (list) => oldEntries(list).clear(),
    add: (list, name, value) => oldEntries(list).set(name, value),
    remove: (list, name) => oldEntries(list).delete(name),
  });
  const local = options.local === undefined ? undefined : `PCM:${options.local}`.toUpperCase();
  const after = new Map<string, ListComparison>();
  const compare = (list: string) => (list === local ? passOver(before.get(list)) : compareList(list, before.get(list)));
  const comparison = remembering((list) => getOrMake(after, list, () => compare(list)));
  await b({
    replace: (list) => comparison(list).replace(),
    add: (list, name, value) => comparison(list).add(name, value),
    remove: (list, name) => comparison(list).remove(name),
  });
  const lists = [...after].map(([list, compared]): ListDiff => ({ list, ...compared.finish() }));
  for (const [list, old] of before) {
    if (!after.has(list)) lists.push({ list, ...unchanged("untouched", old) });
  }
  return { lists, ...totals(lists) };
}

function totals(lists: readonly ListDiff[]): Omit<MasterListDiff, "lists"> {
  const total = (of: (diff: ListDiff) => number) => lists.reduce((sum, diff) => sum + of(diff), 0);
  const added = total((diff) => diff.added.length);
  const changed = total((diff) => diff.changed.length);
  const removed = total((diff) => diff.removed.length);
  const same = total((diff) => diff.same);
  const equal = added + changed + removed === 0 && lists.every(({ state }) => state === "both" || state === "local");
  return { added, changed, removed, same, equal };
}

/** The same look-up, which remembers its last answer: transactions come list by list. */
function remembering<T>(lookUp: (key: string) => T): (key: string) => T {
  let last: { key: string; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: lookUp(key) };
    return last.value;
  };
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
