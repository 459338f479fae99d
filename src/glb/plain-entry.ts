/**
 * Recognizes the entries that nearly all records are: `A name<TAB>PCM:NET/PO/MAILBOX`, the type in any case, within all limits, without template lines.
 * They have no problems and need not be decoded, so counting a million of them takes moments. Everything else is for `parseTransaction`.
 */
export interface PlainEntries {
  /** True when `bytes[from, to)` is such an entry; the fields below then tell of it. */
  match(bytes: Buffer, from: number, to: number): boolean;
  /** End of the name, which begins 2 bytes behind `from`. */
  readonly nameTo: number;
  /** True when type, network and postoffice are byte for byte those of the plain entry before. */
  readonly sameListAsBefore: boolean;
  /** True when the type is spelled in upper case. */
  readonly isUpper: boolean;
  /** The list's name in upper case: `PCM:NET/PO`. */
  list(bytes: Buffer): string;
}

const TAB = 9;
const BLANK = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;

/** `oneByte`: every character is one byte, so that bytes beyond ASCII may stand in names and be counted. */
export function plainEntries(oneByte: boolean): PlainEntries {
  const highest = oneByte ? 0xff : 0x7e;
  let nameTo = 0;
  let listFrom = 0;
  let listTo = 0;
  let sameListAsBefore = false;
  let isUpper = false;
  const before = { bytes: Buffer.alloc(64), length: 0 };

  const element = (bytes: Buffer, from: number, to: number): number => {
    let at = from;
    while (at < to && at - from < 10 && IS_ALPHANUMERIC[bytes[at] as number] === 1) at++;
    return at;
  };
  const compareList = (bytes: Buffer): boolean => {
    const length = listTo - listFrom;
    if (length === before.length) {
      let at = 0;
      while (at < length && before.bytes[at] === bytes[listFrom + at]) at++;
      if (at === length) return true;
    }
    before.length = bytes.copy(before.bytes, 0, listFrom, listTo);
    return false;
  };
  return {
    match(bytes, from, to) {
      if (bytes[from] !== 0x41 || bytes[from + 1] !== BLANK) return false;
      let at = from + 2;
      const limit = Math.min(to, at + 31);
      while (at < limit) {
        const byte = bytes[at] as number;
        if (byte < BLANK || byte > highest || byte === 0x7f) break;
        at++;
      }
      if (bytes[at] !== TAB || at === from + 2 || at >= to) return false;
      if (bytes[from + 2] === BLANK || bytes[at - 1] === BLANK) return false;
      nameTo = at;
      listFrom = at + 1;
      const colon = listFrom + 3;
      if (!isPcm(bytes, listFrom) || bytes[colon] !== COLON) return false;
      isUpper = bytes[listFrom] === 0x50;
      const network = element(bytes, colon + 1, to);
      if (network === colon + 1 || bytes[network] !== SLASH) return false;
      listTo = element(bytes, network + 1, to);
      if (listTo === network + 1 || bytes[listTo] !== SLASH) return false;
      const end = element(bytes, listTo + 1, to);
      if (end !== to || end === listTo + 1) return false;
      sameListAsBefore = compareList(bytes);
      return true;
    },
    get nameTo() {
      return nameTo;
    },
    get sameListAsBefore() {
      return sameListAsBefore;
    },
    get isUpper() {
      return isUpper;
    },
    list: (bytes) => bytes.toString("latin1", listFrom, listTo).toUpperCase(),
  };
}

function isPcm(bytes: Uint8Array, at: number): boolean {
  const lower = (index: number) => (bytes[at + index] as number) | 0x20;
  return lower(0) === 0x70 && lower(1) === 0x63 && lower(2) === 0x6d;
}

const IS_ALPHANUMERIC = Uint8Array.from({ length: 128 }, (_, byte) =>
  /[0-9A-Za-z]/u.test(String.fromCharCode(byte)) ? 1 : 0,
);
