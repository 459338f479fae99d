/** One name of a list. `user` is the mailbox, or a gateway address. */
export interface ListEntry {
  readonly alias: string;
  readonly user: string;
  readonly tid: number;
  /** Template data in the order of the template's fields. */
  readonly values?: readonly string[];
}

/**
 * A list of names, each alias once (Q96001 [27]); that upper and lower case are the same alias is an assumption.
 */
export interface NameList {
  readonly size: number;
  get(alias: string): ListEntry | undefined;
  /** Adds or replaces the entry of that alias. */
  set(entry: ListEntry): void;
  /** False when there was none. */
  remove(alias: string): boolean;
  clear(): void;
  /** In alphabetical order, as lists are kept (Q126230); by upper-case character codes instead of C850SORT.GLB (assumption). */
  sorted(): ListEntry[];
}

export function nameList(entries: Iterable<ListEntry> = []): NameList {
  const byAlias = new Map<string, ListEntry>();
  const list: NameList = {
    get size() {
      return byAlias.size;
    },
    get: (alias) => byAlias.get(alias.toUpperCase()),
    set: (entry) => void byAlias.set(entry.alias.toUpperCase(), entry),
    remove: (alias) => byAlias.delete(alias.toUpperCase()),
    clear: () => byAlias.clear(),
    sorted() {
      const keys = [...byAlias.keys()].toSorted();
      return keys.flatMap((key) => byAlias.get(key) ?? []);
    },
  };
  for (const entry of entries) list.set(entry);
  return list;
}
