/** Characters of a full name that MS Mail takes (Q96003). */
export const NAME_LIMIT = 30;

/** Makes names unique with 001, 002 … as the DXA does (Q146676). */
export interface UniqueNames {
  /** The name to write: as it is when it is new, else with the next free number, cut so that it fits 30 characters. */
  next(name: string): string;
  /** Forgets all names: the next list may use them again (`Unique Display Names`=0, Q146676). */
  clear(): void;
}

/**
 * An empty set of names. It holds 52 bits of hash and a counter a name, 20 bytes in all at the load it grows at, so that a million
 * names cost megabytes and not gigabytes; that two names share a hash and one gets a number it does not need is likely once in
 * ten thousand lists of a million.
 */
export function uniqueNames(): UniqueNames {
  let table = emptyTable(1024);
  let used = 0;
  const take = (name: string): number => {
    if (used * 2 > table.keys.length) table = grown(table);
    const key = hashOf(name);
    const slot = find(table, key);
    const times = table.times[slot] ?? 0;
    if (times === 0) {
      table.keys[slot] = key;
      used += 1;
    }
    table.times[slot] = Math.min(times + 1, 65_535);
    return times;
  };
  return {
    next(name) {
      const whole = name.slice(0, NAME_LIMIT);
      let number = take(whole.toLowerCase());
      if (number === 0) return whole;
      for (; ; number++) {
        const suffix = String(number).padStart(3, "0");
        const candidate = whole.slice(0, NAME_LIMIT - suffix.length) + suffix;
        if (take(candidate.toLowerCase()) === 0) return candidate;
      }
    },
    clear() {
      table = emptyTable(1024);
      used = 0;
    },
  };
}

interface Table {
  readonly keys: Float64Array;
  readonly times: Uint16Array;
}

function emptyTable(slots: number): Table {
  return { keys: new Float64Array(slots), times: new Uint16Array(slots) };
}

function grown(table: Table): Table {
  const larger = emptyTable(table.keys.length * 2);
  table.keys.forEach((key, slot) => {
    const times = table.times[slot] ?? 0;
    if (times === 0) return;
    const place = find(larger, key);
    larger.keys[place] = key;
    larger.times[place] = times;
  });
  return larger;
}

/** The slot of a hash, or the empty one in which it would stand. The number of slots is a power of two. */
function find(table: Table, key: number): number {
  const mask = table.keys.length - 1;
  let slot = (key % 0x1_0000_0000) & mask;
  while (table.times[slot] !== 0 && table.keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}

/** Two 32-bit FNV-1a hashes with different primes, 52 bits of them. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return (high & 0xf_ffff) * 0x1_0000_0000 + (low >>> 0);
}
