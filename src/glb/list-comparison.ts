import type { ChangedEntry, ListDiff, NamedAddress } from "./diff-model.ts";

/** The entries of a list by name. An entry's value is its address without the type, which all entries of a list have in common. */
export interface Entries {
  readonly size: number;
  set(name: string, value: string): void;
  delete(name: string): void;
  clear(): void;
  /** The place of an entry, from 0 on, kept as long as the entry stands there. */
  placeOf(name: string): number | undefined;
  valueAt(place: number): string;
  [Symbol.iterator](): Iterator<[name: string, place: number]>;
}

/** No entries yet. */
export function entries(): Entries {
  const places = new Map<string, number>();
  const values: string[] = [];
  return {
    get size() {
      return places.size;
    },
    set(name, value) {
      const place = places.get(name) ?? values.length;
      if (place === values.length) places.set(name, place);
      values[place] = value;
    },
    delete: (name) => void places.delete(name),
    clear: () => places.clear(),
    placeOf: (name) => places.get(name),
    valueAt: (place) => values[place] as string,
    [Symbol.iterator]: () => places.entries(),
  };
}

/** One list, while what comes after is played on top of what was before. */
export interface ListComparison {
  /** An `R` counts for the whole list, wherever it stands. */
  replace(): void;
  add(name: string, value: string): void;
  remove(name: string): void;
  finish(): Omit<ListDiff, "list">;
}

/** Compares `list` with what was in it, which is used up; `undefined` for a list that was not there. */
export function compareList(list: string, old: Entries | undefined): ListComparison {
  const before = old ?? entries();
  /** 1 for the places of old entries that came again. */
  const seen = new Uint8Array(before.size === 0 ? 0 : highestPlace(before) + 1);
  const come = new Map<string, string>();
  const changed = new Map<string, { before: string; after: string }>();
  const gone: NamedAddress[] = [];
  let replaced = false;
  let same = 0;
  const type = list.slice(0, list.indexOf(":") + 1);
  const entry = (name: string, value: string): NamedAddress => ({ name, address: type + value });
  /** An entry that came again has this value now; the last one counts. */
  const revalue = (name: string, was: string, now: string): void => {
    if (changed.delete(name)) same++;
    if (was === now) return;
    changed.set(name, { before: was, after: now });
    same--;
  };
  return {
    replace: () => void (replaced = true),
    add(name, value) {
      const place = before.placeOf(name);
      if (place === undefined) {
        come.set(name, value);
        return;
      }
      const isFirst = seen[place] === 0;
      if (isFirst) {
        seen[place] = 1;
        same++;
      }
      const was = before.valueAt(place);
      if (was !== value || !isFirst) revalue(name, was, value);
    },
    remove(name) {
      if (come.delete(name)) return;
      const place = before.placeOf(name);
      if (place === undefined) return;
      before.delete(name);
      if (seen[place] === 1 && !changed.delete(name)) same--;
      gone.push(entry(name, before.valueAt(place)));
    },
    finish() {
      for (const [name, place] of before) {
        if (seen[place] === 1) continue;
        if (replaced) gone.push(entry(name, before.valueAt(place)));
        else same++;
      }
      const added = [...come].map(([name, value]) => entry(name, value));
      const revalued = [...changed].map(([name, value]) => ({
        before: entry(name, value.before),
        after: entry(name, value.after),
      }));
      return { state: old === undefined ? "new" : "both", ...withRenamed(added, revalued, gone), same };
    },
  };
}

function highestPlace(of: Entries): number {
  let highest = 0;
  for (const [, place] of of) if (place > highest) highest = place;
  return highest;
}

/** A list that IMPORT passes over. */
export function passOver(old: Entries | undefined): ListComparison {
  const ignore = () => undefined;
  return { replace: ignore, add: ignore, remove: ignore, finish: () => unchanged("local", old) };
}

/** A list that stays as it is. */
export function unchanged(state: ListDiff["state"], old: Entries | undefined): Omit<ListDiff, "list"> {
  return { state, added: [], changed: [], removed: [], same: old?.size ?? 0 };
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
