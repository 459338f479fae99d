import iconv from "iconv-lite";

/**
 * OEM code pages of MS Mail postoffices: 850 is the convention for the USA and Western Europe, the others by language
 * (Q156063 §5.5, Q87432); 437 is the ROM font of American machines (Q127077).
 */
export const CODE_PAGES = [437, 850, 852, 866, 737, 932, 936, 949, 950] as const;

export type CodePage = (typeof CODE_PAGES)[number];

/** What Exchange writes for an English requestor is undocumented; 850 is what postoffices expect (Q156063). */
export const DEFAULT_CODE_PAGE: CodePage = 850;

/** Turns text into the bytes of one code page and back. Control characters and ASCII are the same in all of them. */
export interface TextCodec {
  readonly codePage: CodePage;
  /**
   * Writes `text` into `target` from `at` on and returns the end. A character that the code page lacks is written as `?` and
   * appended to `unmappable`: the caller decides what that means. `target` must have room for 2 bytes a character.
   */
  encodeInto(text: string, target: Uint8Array, at: number, unmappable: string[]): number;
  /** The text of `bytes[from, to)`; bytes without a meaning in this code page become U+FFFD. */
  decode(bytes: Buffer, from: number, to: number): string;
}

/** True for the number of a supported code page. */
export function isCodePage(value: number): value is CodePage {
  return (CODE_PAGES as readonly number[]).includes(value);
}

/** True for the pages in which every character is one byte. */
export function isOneByte(codePage: CodePage): boolean {
  return codePage < 900;
}

/** The characters of `text` that `codePage` cannot express, each once, in order of appearance. */
export function unmappableCharacters(text: string, codePage: CodePage): string[] {
  const found: string[] = [];
  textCodec(codePage).encodeInto(text, new Uint8Array(text.length * 2), 0, found);
  return [...new Set(found)];
}

/** The codec of a code page; made once and kept. */
export function textCodec(codePage: CodePage): TextCodec {
  const known = codecs.get(codePage);
  if (known !== undefined) return known;
  const codec = makeCodec(codePage);
  codecs.set(codePage, codec);
  return codec;
}

const codecs = new Map<CodePage, TextCodec>();

const UNKNOWN = 0;
const UNMAPPABLE = -1;

function makeCodec(codePage: CodePage): TextCodec {
  const encoding = `cp${codePage}`;
  const decodeBeyondAscii = beyondAsciiDecoder(codePage);
  /** One or two bytes for each UTF-16 unit seen so far; `UNKNOWN` until asked for. */
  const known = new Int32Array(0x10000);
  const lookUp = (character: string): number => {
    const bytes = iconv.encode(character, encoding);
    const back = iconv.decode(bytes, encoding);
    if (back !== character || bytes.length > 2) return UNMAPPABLE;
    return bytes.length === 1 ? (bytes[0] as number) : ((bytes[0] as number) << 8) | (bytes[1] as number);
  };
  return {
    codePage,
    encodeInto(text, target, at, unmappable) {
      for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        if (unit < 0x80) {
          target[at++] = unit;
          continue;
        }
        const character = String.fromCodePoint(text.codePointAt(index) as number);
        let value = character.length === 1 ? (known[unit] as number) : UNMAPPABLE;
        if (value === UNKNOWN) known[unit] = value = lookUp(character);
        if (value === UNMAPPABLE) {
          unmappable.push(character);
          target[at++] = 0x3f;
          index += character.length - 1;
        } else {
          if (value > 0xff) target[at++] = value >>> 8;
          target[at++] = value & 0xff;
        }
      }
      return at;
    },
    decode(bytes, from, to) {
      for (let at = from; at < to; at++) {
        if ((bytes[at] as number) >= 0x80) return decodeBeyondAscii(bytes, from, to);
      }
      return bytes.toString("latin1", from, to);
    },
  };
}

function beyondAsciiDecoder(codePage: CodePage): TextCodec["decode"] {
  const encoding = `cp${codePage}`;
  const whole: TextCodec["decode"] = (bytes, from, to) => iconv.decode(bytes.subarray(from, to), encoding);
  if (!isOneByte(codePage)) return whole;
  const units = Uint16Array.from({ length: 256 }, (_, byte) => iconv.decode(Buffer.of(byte), encoding).charCodeAt(0));
  // Most names need no character beyond Latin-1, and strings of such characters are half as large.
  const narrow = Buffer.alloc(SHORT);
  const wide = Buffer.alloc(SHORT * 2);
  return (bytes, from, to) => {
    const length = to - from;
    if (length > SHORT) return whole(bytes, from, to);
    let all = 0;
    for (let index = 0; index < length; index++) {
      const unit = units[bytes[from + index] as number] as number;
      all |= unit;
      narrow[index] = unit;
      wide[index * 2] = unit;
      wide[index * 2 + 1] = unit >>> 8;
    }
    return all < 0x100 ? narrow.toString("latin1", 0, length) : wide.toString("utf16le", 0, length * 2);
  };
}

/** Texts longer than this are rare enough to go the long way. */
const SHORT = 1024;
