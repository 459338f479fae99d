import { CRC_16_CCITT_FALSE, type Checksum } from "./checksum.ts";

/** How a number stands in the file: binary low byte first, binary high byte first, or ASCII decimal digits with leading zeros. */
export type NumberForm = "le" | "be" | "decimal";

/** One field beside a record's text. `width` is in bytes (digits for `decimal`); binary numbers are unsigned and 1 to 4 bytes wide. */
export type LayoutField =
  /** The sync number. */
  | { readonly kind: "sync"; readonly width: number; readonly form: NumberForm }
  /** The date stamp: whole seconds since 1970-01-01. */
  | { readonly kind: "stamp"; readonly width: number; readonly form: NumberForm }
  /** Bytes of text plus `plus` (0: the text alone; 1: with a NUL; …), or the whole record with its padding. */
  | { readonly kind: "length"; readonly width: number; readonly form: NumberForm; readonly plus: number | "slot" }
  /** 16 bits over `covers`; without `checksum` its rule is unknown and it is carried unverified. */
  | {
      readonly kind: "checksum";
      readonly width: 2;
      readonly form: "le" | "be";
      readonly checksum: Checksum | undefined;
      readonly covers: Coverage;
    }
  /** The same bytes in every record. */
  | { readonly kind: "fixed"; readonly bytes: readonly number[] }
  /** Bytes that nobody can explain. Written as zeros. */
  | { readonly kind: "opaque"; readonly width: number };

/** Which bytes of its record a checksum covers, in one piece; its own two bytes count as zeros where they lie inside. */
export interface Coverage {
  /** Offset of the first byte covered, from the record's first byte. */
  readonly from: number;
  /** Up to the end of the text, or of its terminator. */
  readonly to: "text" | "terminator";
}

/**
 * How the records of a GLB queue file lie in it. The layout of real files is not public, so no layout is "the" layout:
 * the simulator writes `SIMULATOR_LAYOUT`, and the reader infers one from the file itself.
 */
export interface GlbLayout {
  readonly name: string;
  /** Bytes in front of the first record. */
  readonly fileHeader: readonly number[];
  /** Fields in front of the text, in order. */
  readonly before: readonly LayoutField[];
  /** Bytes that end the text; `[0]` for a NUL. Empty only together with a length field. */
  readonly terminator: readonly number[];
  /** Fields behind the terminator, in order. */
  readonly after: readonly LayoutField[];
  /** Records are filled up with `padByte` to a multiple of this many bytes, counted from the first record; 1 for none. */
  readonly align: number;
  readonly padByte: number;
  /** What stands between the lines of one text. */
  readonly newline: "\r\n" | "\n" | "\r";
}

/** Bytes a field takes. */
export function fieldWidth(field: LayoutField): number {
  return field.kind === "fixed" ? field.bytes.length : field.width;
}

/** Bytes all of `fields` take together. */
export function fieldsWidth(fields: readonly LayoutField[]): number {
  return fields.reduce((sum, field) => sum + fieldWidth(field), 0);
}

/** Bytes a record takes beside its text and its terminator, padding not counted. */
export function overhead(layout: GlbLayout): number {
  return fieldsWidth(layout.before) + fieldsWidth(layout.after);
}

/**
 * ASSUMPTION. The layout in which the simulated DSS writes. The Knowledge Base supports only its size: PODIAG's one-record file
 * is 60 bytes, its text with the NUL 36, so 24 bytes stand beside the text (Q110496); and the kinds of its fields: a 16-bit
 * checksum, a date stamp in seconds, a sync number (Q96060). Order, widths, byte order, checksum rule and the length field
 * are invented here.
 */
export const SIMULATOR_LAYOUT: GlbLayout = {
  name: "simulator (assumption)",
  fileHeader: [],
  before: [
    { kind: "checksum", width: 2, form: "le", checksum: CRC_16_CCITT_FALSE, covers: { from: 2, to: "terminator" } },
    { kind: "length", width: 2, form: "le", plus: 1 },
    { kind: "sync", width: 4, form: "le" },
    { kind: "stamp", width: 4, form: "le" },
    { kind: "fixed", bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
  ],
  terminator: [0],
  after: [],
  align: 1,
  padByte: 0,
  newline: "\r\n",
};
