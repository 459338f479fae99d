import { DEFAULT_CODE_PAGE, textCodec } from "../../../glb/code-page.ts";

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
  has(alias: string): boolean;
  get(alias: string): ListEntry | undefined;
  /** Adds or replaces the entry of that alias. */
  set(entry: ListEntry): void;
  /** False when there was none. */
  remove(alias: string): boolean;
  clear(): void;
  /** Takes the template data away from every entry. */
  dropValues(): void;
  /** In alphabetical order, as lists are kept (Q126230); by upper-case character codes instead of C850SORT.GLB (assumption). */
  sorted(): Iterable<ListEntry>;
}

/** A list with `entries`. A million names take about 150 MB: their texts stand in one buffer outside the heap. */
export function nameList(entries: Iterable<ListEntry> = []): NameList {
  const offsets = new Map<string, number>();
  const details = new Map<string, readonly string[]>();
  const store = entryStore();

  const entry = (key: string, offset: number): ListEntry => {
    const values = details.get(key);
    return values === undefined ? store.read(offset) : { ...store.read(offset), values };
  };
  const list: NameList = {
    get size() {
      return offsets.size;
    },
    has: (alias) => offsets.has(alias.toUpperCase()),
    get(alias) {
      const key = alias.toUpperCase();
      const offset = offsets.get(key);
      return offset === undefined ? undefined : entry(key, offset);
    },
    set(added) {
      const key = added.alias.toUpperCase();
      offsets.set(key, store.add(added));
      if (added.values === undefined) details.delete(key);
      else details.set(key, added.values);
    },
    remove(alias) {
      details.delete(alias.toUpperCase());
      return offsets.delete(alias.toUpperCase());
    },
    clear() {
      offsets.clear();
      details.clear();
      store.clear();
    },
    dropValues: () => details.clear(),
    *sorted() {
      for (const key of [...offsets.keys()].toSorted()) yield entry(key, offsets.get(key) ?? 0);
    },
  };
  for (const added of entries) list.set(added);
  return list;
}

interface EntryStore {
  /** Appends an entry and returns its offset. */
  add(entry: ListEntry): number;
  read(offset: number): ListEntry;
  clear(): void;
}

/** Entries one after the other: TID, bytes of alias, bytes of user, then both texts. */
function entryStore(): EntryStore {
  const codec = textCodec(DEFAULT_CODE_PAGE);
  const HEAD = 8;
  let bytes = Buffer.alloc(4096);
  let used = 0;
  return {
    add({ alias, user, tid }) {
      const room = HEAD + 2 * (alias.length + user.length);
      if (used + room > bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length + room);
      const offset = used;
      const aliasEnd = codec.encodeInto(alias, bytes, offset + HEAD, []);
      used = codec.encodeInto(user, bytes, aliasEnd, []);
      bytes.writeUInt32LE(tid, offset);
      bytes.writeUInt16LE(aliasEnd - offset - HEAD, offset + 4);
      bytes.writeUInt16LE(used - aliasEnd, offset + 6);
      return offset;
    },
    read(offset) {
      const aliasEnd = offset + HEAD + bytes.readUInt16LE(offset + 4);
      return {
        alias: codec.decode(bytes, offset + HEAD, aliasEnd),
        user: codec.decode(bytes, aliasEnd, aliasEnd + bytes.readUInt16LE(offset + 6)),
        tid: bytes.readUInt32LE(offset),
      };
    },
    clear() {
      bytes = Buffer.alloc(4096);
      used = 0;
    },
  };
}
