/** The names seen in a list, to find duplicates among many without keeping them. */
export interface NameSet {
  /** Adds the name in `bytes[from, to)`; false when it was there already. */
  add(bytes: Uint8Array, from: number, to: number): boolean;
}

/** Places in a new table, each two numbers; a power of two. */
const FIRST_SIZE = 64;
/** Tables grow fourfold up to this many numbers, then twofold. */
const LARGE = 65_536;

/** An empty set. It keeps hashes of 64 bits: among a million names one wrong alarm is to be expected in some ten million lists. */
export function nameSet(): NameSet {
  let table = new Int32Array(FIRST_SIZE * 2);
  let used = 0;

  /** 0, 0 marks a free place. */
  const insert = (high: number, low: number): boolean => {
    const mask = table.length - 2;
    let at = (low * 2) & mask;
    while (table[at] !== 0 || table[at + 1] !== 0) {
      if (table[at] === high && table[at + 1] === low) return false;
      at = (at + 2) & mask;
    }
    table[at] = high;
    table[at + 1] = low;
    return true;
  };
  const grow = (): void => {
    const old = table;
    table = new Int32Array(old.length * (old.length < LARGE ? 4 : 2));
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] as number;
      const low = old[at + 1] as number;
      if (high !== 0 || low !== 0) insert(high, low);
    }
  };
  return {
    add(bytes, from, to) {
      let high = 0x811c9dc5 | 0;
      let low = 0x01000193;
      for (let at = from; at < to; at++) {
        const byte = bytes[at] as number;
        high = Math.imul(high ^ byte, 0x01000193);
        low = Math.imul(low ^ byte, 0x5bd1e995);
        low ^= low >>> 13;
      }
      high ^= high >>> 15;
      if (!insert(high | 1, low)) return false;
      if (++used * 4 > table.length) grow();
      return true;
    },
  };
}
