import { collectLists, type Entries, type ListContent, type Transactions } from "./list-content.ts";

/** A name and its address as texts. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/** An entry that is there before and after and is not the same: another address for the name, or another name for the address. */
export interface ChangedEntry {
  readonly before: NamedAddress;
  readonly after: NamedAddress;
}

/** What happens to one list. */
export interface ListDiff {
  /** In one spelling: `PCM:NET/PO`, `SMTP:`. */
  readonly list: string;
  /**
   * `new`: only after. `untouched`: only before, so an import leaves it as it is. `local`: the postoffice's own users, whose
   * transactions IMPORT passes over (message 66). `both` otherwise.
   */
  readonly state: "both" | "new" | "untouched" | "local";
  readonly added: readonly NamedAddress[];
  readonly changed: readonly ChangedEntry[];
  readonly removed: readonly NamedAddress[];
  /** Entries that stay as they are. */
  readonly same: number;
}

/** What importing B after A does, by list: those of B in its order, then those that only A has. */
export interface MasterListDiff {
  readonly lists: readonly ListDiff[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
  /** True when B changes nothing of A, and names every list that A has. */
  readonly equal: boolean;
}

export interface DiffOptions {
  /** The postoffice that imports, `NET/PO` in any case: its own users are not touched. */
  readonly local?: string | undefined;
}

/**
 * What importing `b` on top of `a` would add, change and remove. Lists that `b` replaces (`R`) lose what `b` does not name; to others `b` only
 * adds. Names count as they are spelled, address types in any case. Holds both lists in memory.
 */
export async function diffMasterLists(
  a: Transactions,
  b: Transactions,
  options: DiffOptions = {},
): Promise<MasterListDiff> {
  const before = await collectLists(a);
  const after = await collectLists(b);
  const local = options.local === undefined ? undefined : `PCM:${options.local}`.toUpperCase();
  const lists: ListDiff[] = [];
  for (const [list, content] of after) {
    const old = before.get(list)?.entries;
    lists.push(list === local ? unchanged(list, "local", old) : diffList(list, old, content));
  }
  for (const [list, { entries }] of before) {
    if (!after.has(list)) lists.push(unchanged(list, "untouched", entries));
  }
  const total = (of: (diff: ListDiff) => number) => lists.reduce((sum, diff) => sum + of(diff), 0);
  const added = total((diff) => diff.added.length);
  const changed = total((diff) => diff.changed.length);
  const removed = total((diff) => diff.removed.length);
  const same = total((diff) => diff.same);
  const equal = added + changed + removed === 0 && lists.every(({ state }) => state === "both" || state === "local");
  return { lists, added, changed, removed, same, equal };
}

function unchanged(list: string, state: ListDiff["state"], entries: Entries | undefined): ListDiff {
  return { list, state, added: [], changed: [], removed: [], same: entries?.size ?? 0 };
}

function diffList(list: string, old: Entries | undefined, content: ListContent): ListDiff {
  const come: NamedAddress[] = [];
  const changed: ChangedEntry[] = [];
  const gone: NamedAddress[] = [];
  let same = 0;
  for (const [name, address] of content.entries) {
    const before = old?.get(name);
    if (before === undefined) come.push({ name, address });
    else if (before === address) same++;
    else changed.push({ before: { name, address: before }, after: { name, address } });
  }
  for (const [name, address] of old ?? []) {
    if (content.entries.has(name)) continue;
    if (content.replaced || content.deleted.has(name)) gone.push({ name, address });
    else same++;
  }
  const renamed = findRenamed(gone, come);
  const isRenamed = new Set(renamed.flatMap(({ before, after }) => [before, after]));
  return {
    list,
    state: old === undefined ? "new" : "both",
    added: come.filter((entry) => !isRenamed.has(entry)),
    changed: [...changed, ...renamed],
    removed: gone.filter((entry) => !isRenamed.has(entry)),
    same,
  };
}

/** An address that left under one name and came under another was renamed. */
function findRenamed(gone: readonly NamedAddress[], come: readonly NamedAddress[]): ChangedEntry[] {
  const byAddress = new Map(gone.map((entry) => [entry.address, entry]));
  return come.flatMap((after) => {
    const before = byAddress.get(after.address);
    byAddress.delete(after.address);
    return before === undefined ? [] : [{ before, after }];
  });
}
