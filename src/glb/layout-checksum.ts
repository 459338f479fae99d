import { checksumFunction, type ChecksumFunction } from "./checksum.ts";
import { fieldWidth, type Coverage, type GlbLayout, type LayoutField } from "./layouts.ts";

/** Where a record's parts lie in a buffer: its first byte, its text, and the end of the text's terminator. */
export interface RecordSpan {
  at: number;
  textFrom: number;
  textTo: number;
  terminatedTo: number;
}

/** Computes the checksum that `field` of a record should hold, from the bytes it covers. */
export type FieldChecksum = (bytes: Uint8Array, span: RecordSpan) => number;

/** The function for one checksum field, or `undefined` when its rule is unknown. */
export function fieldChecksum(placed: PlacedField): FieldChecksum | undefined {
  const { field, offset, behindText } = placed;
  if (field.kind !== "checksum" || field.checksum === undefined) return undefined;
  return coveredChecksum(checksumFunction(field.checksum), field.covers, behindText ? undefined : offset);
}

/** Computes over the bytes that `covers` names; `own` is the offset of the checksum itself when it stands in front of the text. */
export function coveredChecksum(compute: ChecksumFunction, covers: Coverage, own: number | undefined): FieldChecksum {
  const { from } = covers;
  const end = (span: RecordSpan) => (covers.to === "text" ? span.textTo : span.terminatedTo);
  if (own === undefined || own < from) return (bytes, span) => compute(bytes, span.at + from, end(span));
  return (bytes, span) => {
    // `Buffer.slice` would be a view, and the zeros would land in the file's bytes.
    const copy = Uint8Array.prototype.slice.call(bytes, span.at + from, end(span));
    copy.fill(0, own - from, own - from + 2);
    return compute(copy, 0, copy.length);
  };
}

/** A copy of the bytes that `covers` names; `own` as above. */
export function coveredBytes(
  bytes: Uint8Array,
  span: RecordSpan,
  covers: Coverage,
  own: number | undefined,
): Uint8Array {
  let covered = new Uint8Array();
  const copy: ChecksumFunction = (all, from, to) => {
    covered = Uint8Array.from(all.subarray(from, to));
    return 0;
  };
  coveredChecksum(copy, covers, own)(bytes, span);
  return covered;
}

/** A field of a layout with its place: `offset` from the record's first byte, or from the end of the terminator for fields behind the text. */
export interface PlacedField {
  readonly field: LayoutField;
  readonly offset: number;
  readonly behindText: boolean;
}

/** Every field of `layout` with its offset. */
export function placeFields(layout: GlbLayout): PlacedField[] {
  return [...place(layout.before, false), ...place(layout.after, true)];
}

/** The field's first byte in a record. */
export function placeOf(placed: PlacedField, span: RecordSpan): number {
  return (placed.behindText ? span.terminatedTo : span.at) + placed.offset;
}

function place(fields: readonly LayoutField[], behindText: boolean): PlacedField[] {
  let offset = 0;
  return fields.map((field) => {
    const placed = { field, offset, behindText };
    offset += fieldWidth(field);
    return placed;
  });
}
