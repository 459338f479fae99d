import type { ChangedEntry, ListDiff, NamedAddress } from "./diff-model.ts";

/** Addresses by name, in the order of the source. */
export type Entries = Map<string, string>;

/** One list, while what comes after is played on top of what was before. */
export interface ListComparison {
  /** An `R` counts for the whole list, wherever it stands. */
  replace(): void;
  add(name: string, address: string): void;
  remove(name: string, address: string): void;
  finish(): Omit<ListDiff, "list">;
}

/** Stands for the address of an old entry that was seen again. */
const SEEN = "";

/** Compares with `old`, which is used up; `undefined` for a list that was not there. */
export function compareList(old: Entries | undefined): ListComparison {
  const before: Entries = old ?? new Map();
  const come = new Map<string, string>();
  const changed = new Map<string, { before: string; after: string }>();
  const gone: NamedAddress[] = [];
  let replaced = false;
  let same = 0;
  return {
    replace: () => void (replaced = true),
    add(name, address) {
      const was = before.get(name);
      if (was === undefined) come.set(name, address);
      else if (was === SEEN) {
        const known = changed.get(name);
        if (known !== undefined) known.after = address;
      } else {
        before.set(name, SEEN);
        if (was === address) same++;
        else changed.set(name, { before: was, after: address });
      }
    },
    remove(name, address) {
      if (come.delete(name)) return;
      const was = before.get(name);
      if (was === undefined) return;
      before.delete(name);
      if (was !== SEEN) gone.push({ name, address: was });
      else {
        const known = changed.get(name);
        if (known === undefined) same--;
        gone.push({ name, address: known?.before ?? address });
        changed.delete(name);
      }
    },
    finish() {
      for (const [name, address] of before) {
        if (address === SEEN) continue;
        if (replaced) gone.push({ name, address });
        else same++;
      }
      const added = [...come].map(([name, address]) => ({ name, address }));
      const readdressed = [...changed].map(([name, entry]) => ({
        before: { name, address: entry.before },
        after: { name, address: entry.after },
      }));
      return { state: old === undefined ? "new" : "both", ...withRenamed(added, readdressed, gone), same };
    },
  };
}

/** A list that IMPORT passes over. */
export function passOver(old: Entries | undefined): ListComparison {
  const ignore = () => undefined;
  return { replace: ignore, add: ignore, remove: ignore, finish: () => unchanged("local", old) };
}

/** A list that stays as it is. */
export function unchanged(state: ListDiff["state"], entries: Entries | undefined): Omit<ListDiff, "list"> {
  return { state, added: [], changed: [], removed: [], same: entries?.size ?? 0 };
}

/** An address that left under one name and came under another was renamed. */
function withRenamed(
  come: readonly NamedAddress[],
  changed: readonly ChangedEntry[],
  gone: readonly NamedAddress[],
): Pick<ListDiff, "added" | "changed" | "removed"> {
  const byAddress = new Map(gone.map((entry) => [entry.address, entry]));
  const renamed = come.flatMap((after) => {
    const before = byAddress.get(after.address);
    byAddress.delete(after.address);
    return before === undefined ? [] : [{ before, after }];
  });
  const isRenamed = new Set(renamed.flatMap(({ before, after }) => [before, after]));
  return {
    added: come.filter((entry) => !isRenamed.has(entry)),
    changed: [...changed, ...renamed],
    removed: gone.filter((entry) => !isRenamed.has(entry)),
  };
}
