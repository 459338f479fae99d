import { CRC_16_ARC, CRC_16_CCITT_FALSE, type Checksum } from "../glb/checksum.ts";
import { SIMULATOR_LAYOUT, type GlbLayout, type LayoutField, type NumberForm } from "../glb/layouts.ts";

/** A CRC nobody uses, so that only a search over all polynomials can find it. */
const ODD_CRC: Checksum = { kind: "crc", polynomial: 0x9b2d, start: 0x4711, reflected: true, xorOut: 0x00ff };

/**
 * ASSUMPTIONS, all of them: layouts in which the simulated systems can write and read their queue files, by name. They differ in everything in which
 * the layout of real files may: overhead (8 to 40 bytes), order, byte order, length, filling, terminator, form of the sync number,
 * checksum, file header, fields behind the text. What reads them all without being told knows none of them.
 */
export const SIMULATED_LAYOUTS = {
  /** 24 bytes, as the documented file sizes ask for. */
  standard: SIMULATOR_LAYOUT,
  /** 8 bytes, low byte first; neither length nor checksum. */
  short: layout({ before: [sync(4, "le"), stamp(4, "le")] }),
  /** 10 bytes, high byte first, the date stamp in front. */
  "high-first": layout({ before: [stamp(4, "be"), crc(CRC_16_ARC, "be", 6), sync(4, "be")] }),
  /** A sync number of ten digits; texts end with CR LF NUL; a sum for a checksum. */
  "ten-digits": layout({
    before: [sync(10, "decimal"), fixed(0), stamp(4, "le"), crc({ kind: "sum", start: 0 }, "le", 17)],
    terminator: [13, 10, 0],
  }),
  /** Records filled up to a multiple of 4; the length counts the filling; a sync number of three bytes; an odd CRC. */
  filled: layout({
    before: [length(2, "le", "slot"), sync(3, "le"), fixed(0), stamp(4, "le"), crc(ODD_CRC, "le", 0), fixed(0, 0)],
    align: 4,
  }),
  /** Slots of 128 bytes filled with blanks. */
  slots: layout({
    before: [fixed(1, 0), sync(4, "be"), stamp(4, "be"), length(2, "be", 0)],
    align: 128,
    padByte: 0x20,
  }),
  /** No terminator: only the length in front tells where a text ends. */
  counted: layout({
    before: [length(2, "le", 0), crc(CRC_16_CCITT_FALSE, "be", 4), sync(4, "le"), stamp(4, "le")],
    terminator: [],
  }),
  /** A file header; the length counts the whole record; texts end with CR LF. */
  "file-header": layout({
    fileHeader: [0x47, 0x4c, 0x42, 0x1a, 1, 0, 0, 0, 0, 0, 0, 0],
    before: [
      length(2, "be", 18),
      stamp(4, "le"),
      sync(4, "le"),
      crc({ kind: "xor", start: 0xbeef }, "le", 12),
      fixed(7, 0, 0, 0),
    ],
    terminator: [13, 10],
  }),
  /** Sync number and checksum behind the text. */
  behind: layout({
    before: [stamp(4, "le"), fixed(0xff, 0xff)],
    after: [sync(4, "le"), crc(CRC_16_ARC, "le", 6)],
  }),
  /** 40 bytes, digits throughout; LF between the lines of a text. */
  digits: layout({
    before: [
      sync(8, "decimal"),
      fixed(0x20),
      stamp(10, "decimal"),
      fixed(0x20),
      length(4, "decimal", 1),
      fixed(...Array<number>(16).fill(0x2e)),
    ],
    newline: "\n",
  }),
  /** A length that counts the NUL, and three bytes that mean nothing. */
  unexplained: layout({
    before: [sync(4, "le"), { kind: "opaque", width: 3 }, stamp(4, "be"), length(1, "le", 1), fixed(9, 9)],
  }),
} as const satisfies Record<string, GlbLayout>;

export type SimulatedLayout = keyof typeof SIMULATED_LAYOUTS;

/** The names, for options and knobs. */
export const SIMULATED_LAYOUT_NAMES = Object.keys(SIMULATED_LAYOUTS) as [SimulatedLayout, ...SimulatedLayout[]];

type Parts = Partial<Omit<GlbLayout, "name">> & Pick<GlbLayout, "before">;

function layout(parts: Parts): GlbLayout {
  return {
    name: "simulated (assumption)",
    fileHeader: [],
    terminator: [0],
    after: [],
    align: 1,
    padByte: 0,
    newline: "\r\n",
    ...parts,
  };
}

function crc(checksum: Checksum, form: "le" | "be", from: number): LayoutField {
  return { kind: "checksum", width: 2, form, checksum, covers: { from, to: "terminator" } };
}

function sync(width: number, form: NumberForm): LayoutField {
  return { kind: "sync", width, form };
}

function stamp(width: number, form: NumberForm): LayoutField {
  return { kind: "stamp", width, form };
}

function length(width: number, form: NumberForm, plus: number | "slot"): LayoutField {
  return { kind: "length", width, form, plus };
}

function fixed(...bytes: number[]): LayoutField {
  return { kind: "fixed", bytes };
}
