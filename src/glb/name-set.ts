/** The names seen in each list, to find duplicates among a million without keeping them. */
export interface NameSet {
  /** Adds the name in `bytes[from, to)`, all ASCII, to a list; false when it was there already. */
  addBytes(list: number, bytes: Uint8Array, from: number, to: number): boolean;
  /** Adds any name; the same as `addBytes` for ASCII. */
  addText(list: number, name: string): boolean;
}

const FIRST_SIZE = 1 << 12;

/** An empty set. It keeps 52-bit hashes: one wrong alarm is to be expected in some thousands of lists of a million names. */
export function nameSet(): NameSet {
  let table = new Float64Array(FIRST_SIZE);
  let used = 0;
  let high = 0;
  let low = 0;

  const begin = (list: number): void => {
    high = 0x811c9dc5 ^ list;
    low = 0x01000193 + list;
  };
  const mix = (unit: number): void => {
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    low ^= low >>> 13;
  };
  /** Never 0, which marks a free place. */
  const key = (): number => ((high ^ (high >>> 15)) >>> 6) * 0x4000000 + ((low ^ (low >>> 15)) >>> 6) + 1;
  const insert = (value: number): boolean => {
    const mask = table.length - 1;
    let at = (value % 0x7fffffff) & mask;
    for (;;) {
      const there = table[at];
      if (there === value) return false;
      if (there === 0) break;
      at = (at + 1) & mask;
    }
    table[at] = value;
    return true;
  };
  const add = (): boolean => {
    if (!insert(key())) return false;
    used++;
    if (used * 2 > table.length) {
      const old = table;
      table = new Float64Array(old.length * 2);
      for (const value of old) if (value !== 0) insert(value);
    }
    return true;
  };
  return {
    addBytes(list, bytes, from, to) {
      begin(list);
      for (let at = from; at < to; at++) mix(bytes[at] as number);
      return add();
    },
    addText(list, name) {
      begin(list);
      for (let at = 0; at < name.length; at++) mix(name.charCodeAt(at));
      return add();
    },
  };
}
