import { CRC_16_ARC, CRC_16_CCITT_FALSE, type Checksum } from "../../../src/glb/checksum.ts";
import { fieldsWidth, SIMULATOR_LAYOUT, type GlbLayout, type LayoutField } from "../../../src/glb/layouts.ts";

const NUL = [0];

function layout(name: string, parts: Partial<GlbLayout> & { before: LayoutField[] }): GlbLayout {
  return { name, fileHeader: [], terminator: NUL, after: [], align: 1, padByte: 0, newline: "\r\n", ...parts };
}

function crc(checksum: Checksum | undefined, form: "le" | "be", from: number): LayoutField {
  return { kind: "checksum", width: 2, form, checksum, covers: { from, to: "terminator" } };
}

const sync = (width: number, form: "le" | "be" | "decimal"): LayoutField => ({ kind: "sync", width, form });
const stamp = (width: number, form: "le" | "be" | "decimal"): LayoutField => ({ kind: "stamp", width, form });
const length = (width: number, form: "le" | "be" | "decimal", plus: number | "slot"): LayoutField => ({
  kind: "length",
  width,
  form,
  plus,
});
const fixed = (...bytes: number[]): LayoutField => ({ kind: "fixed", bytes });

/** A CRC nobody uses, so that only the search over all polynomials can find it. */
export const ODD_CRC: Checksum = { kind: "crc", polynomial: 0x9b2d, start: 0x4711, reflected: true, xorOut: 0x00ff };

/**
 * Layouts that no real program need ever have written. They differ in everything the layout of real files may differ in: overhead (8 to 40
 * bytes), order, byte order, length field, filling, terminator, form of the sync number, file header, fields behind the text.
 */
export const LAYOUTS: readonly GlbLayout[] = [
  SIMULATOR_LAYOUT,
  layout("8 bytes, low byte first, no length, no checksum", { before: [sync(4, "le"), stamp(4, "le")] }),
  layout("10 bytes, stamp first, high byte first", {
    before: [stamp(4, "be"), crc(CRC_16_ARC, "be", 6), sync(4, "be")],
  }),
  layout("ten-digit sync number and CR LF NUL", {
    before: [sync(10, "decimal"), fixed(0), stamp(4, "le"), crc({ kind: "sum", start: 0 }, "le", 17)],
    terminator: [13, 10, 0],
  }),
  layout("records filled up to a multiple of 4", {
    before: [length(2, "le", "slot"), sync(2, "le"), stamp(4, "le"), crc(ODD_CRC, "le", 0), fixed(0, 0)],
    align: 4,
  }),
  layout("slots of 128 bytes filled with blanks", {
    before: [fixed(1, 0), sync(4, "be"), stamp(4, "be"), length(2, "be", 0)],
    align: 128,
    padByte: 0x20,
  }),
  layout("no terminator, length in front", {
    before: [length(2, "le", 0), crc(CRC_16_CCITT_FALSE, "be", 4), sync(4, "le"), stamp(4, "le")],
    terminator: [],
  }),
  layout("length of the whole record, a file header, CR LF", {
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
  layout("sync number and checksum behind the text", {
    before: [stamp(4, "le"), fixed(0xff, 0xff)],
    after: [sync(4, "le"), crc(CRC_16_ARC, "le", 6)],
  }),
  layout("40 bytes, digits throughout, LF between lines", {
    before: [
      sync(6, "decimal"),
      fixed(0x20),
      stamp(10, "decimal"),
      fixed(0x20),
      length(4, "decimal", 1),
      fixed(...Array<number>(18).fill(0x2e)),
    ],
    newline: "\n",
  }),
  layout("checksums that follow no rule", {
    before: [sync(4, "le"), { kind: "opaque", width: 3 }, stamp(4, "be"), length(1, "le", 0), fixed(9, 9)],
  }),
];

/** Bytes beside text and terminator. */
export function overheadOf(layout: GlbLayout): number {
  return fieldsWidth(layout.before) + fieldsWidth(layout.after);
}

/** True when a layout has a checksum of known rule over all other fields and the text, so that any damage can be seen. */
export function verifies(layout: GlbLayout): boolean {
  const [own] = layout.before.flatMap((field, index) =>
    field.kind === "checksum" && field.checksum !== undefined ? [{ index, from: field.covers.from }] : [],
  );
  return own !== undefined && own.from <= (own.index === 0 ? 2 : 0);
}
