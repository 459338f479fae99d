/**
 * Recognizes the entries that nearly all records are: `A name<TAB>PCM:NET/PO/MAILBOX` or `A name<TAB>SMTP:user@host`, the type in any case, within all
 * limits, without template lines. They have no problems and need not be decoded, so counting a million of them takes moments. Everything
 * else is for `parseTransaction`.
 */
export interface PlainEntries {
  /** True when `bytes[from, to)` is such an entry; the fields below then tell of it. */
  match(bytes: Buffer, from: number, to: number): boolean;
  /** End of the name, which begins 2 bytes behind `from`. */
  readonly nameTo: number;
  /** First byte behind the type's colon. */
  readonly valueFrom: number;
  /** The address type in upper case. */
  readonly type: string;
  /** True when the entry stands in the same list as the plain entry before, spelled byte for byte alike. */
  readonly sameListAsBefore: boolean;
  /** True when the type is spelled in upper case. */
  readonly isUpper: boolean;
  /** The list's name in upper case: `PCM:NET/PO`, `SMTP:`. */
  readonly list: string;
}

const TAB = 9;
const BLANK = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
/** May stand for a character that was lost, which the grammar tells. */
const QUESTION = 0x3f;

/** `oneByte`: every character is one byte, so that bytes beyond ASCII may stand in names and be counted. */
export function plainEntries(oneByte: boolean): PlainEntries {
  const highest = oneByte ? 0xff : 0x7e;
  const before = { bytes: Buffer.alloc(64), length: 0, name: "", type: "", isUpper: false };
  let nameTo = 0;
  let sameListAsBefore = false;

  /** The end of printable characters but question marks, no blank first or last; -1 for none. */
  const printableEnd = (bytes: Buffer, from: number, limit: number): number => {
    let at = from;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (byte < BLANK || byte > highest || byte === 0x7f || byte === QUESTION) break;
      at++;
    }
    return at === from || bytes[from] === BLANK || bytes[at - 1] === BLANK ? -1 : at;
  };
  const beginsAsBefore = (bytes: Buffer, from: number): boolean => {
    let at = 0;
    while (at < before.length && before.bytes[at] === bytes[from + at]) at++;
    return at === before.length && at > 0;
  };
  const isValue = (bytes: Buffer, from: number, to: number, isPath: boolean): boolean => {
    if (!isPath) return printableEnd(bytes, from, to) === to;
    return bytes[from] === SLASH && from + 1 < to && elementEnd(bytes, from + 1, to) === to;
  };
  return {
    match(bytes, from, to) {
      if (bytes[from] !== 0x41 || bytes[from + 1] !== BLANK) return false;
      const end = printableEnd(bytes, from + 2, Math.min(to, from + 2 + MAX_NAME + 1));
      if (end < 0 || end >= to || bytes[end] !== TAB) return false;
      nameTo = end;
      const listFrom = end + 1;
      sameListAsBefore = beginsAsBefore(bytes, listFrom);
      if (sameListAsBefore) return isValue(bytes, listFrom + before.length, to, before.type === "PCM");

      const spelled = typeAt(bytes, listFrom);
      const type = spelled.toUpperCase();
      if (!TYPES.has(type)) return false;
      let listTo = listFrom + type.length + 1;
      if (type === "PCM") {
        const network = elementEnd(bytes, listTo, to);
        if (network === listTo || bytes[network] !== SLASH) return false;
        listTo = elementEnd(bytes, network + 1, to);
        if (listTo === network + 1) return false;
      }
      if (!isValue(bytes, listTo, to, type === "PCM")) return false;
      before.length = bytes.copy(before.bytes, 0, listFrom, listTo);
      before.name = bytes.toString("latin1", listFrom, listTo).toUpperCase();
      before.type = type;
      before.isUpper = spelled === type;
      return true;
    },
    get nameTo() {
      return nameTo;
    },
    get valueFrom() {
      return nameTo + before.type.length + 2;
    },
    get type() {
      return before.type;
    },
    get sameListAsBefore() {
      return sameListAsBefore;
    },
    get isUpper() {
      return before.isUpper;
    },
    get list() {
      return before.name;
    },
  };
}

/** Bytes of a name. */
const MAX_NAME = 30;
/** Bytes of a network, postoffice or mailbox. */
const MAX_ELEMENT = 10;
/** PCM, and the types whose addresses may be anything but empty. */
const TYPES = new Set(["PCM", "SMTP", "X400", "MHS", "MCI", "MSMAIL"]);
const LONGEST_TYPE = 6;

/** The letters and digits in front of a colon; empty when no type stands there. */
function typeAt(bytes: Buffer, from: number): string {
  const colon = bytes.indexOf(COLON, from);
  return colon > from && colon - from <= LONGEST_TYPE ? bytes.toString("latin1", from, colon) : "";
}

function elementEnd(bytes: Buffer, from: number, to: number): number {
  const limit = Math.min(to, from + MAX_ELEMENT);
  let at = from;
  while (at < limit && IS_ALPHANUMERIC[bytes[at] as number] === 1) at++;
  return at;
}

const IS_ALPHANUMERIC = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9A-Za-z]/u.test(String.fromCharCode(byte)) && byte < 0x80 ? 1 : 0,
);
