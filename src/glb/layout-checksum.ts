import { checksumFunction } from "./checksum.ts";
import { fieldWidth, type GlbLayout, type LayoutField } from "./layouts.ts";

/** Where a record's parts lie in a buffer: its first byte, its text, and the end of the text's terminator. */
export interface RecordSpan {
  at: number;
  textFrom: number;
  textTo: number;
  terminatedTo: number;
}

/** Computes the checksum that `field` of a record should hold, from the bytes it covers. */
export type FieldChecksum = (bytes: Uint8Array, span: RecordSpan) => number;

/** The function for one checksum field, or `undefined` when its rule is unknown. `offset` is the field's, from the record's first byte. */
export function fieldChecksum(
  field: Extract<LayoutField, { kind: "checksum" }>,
  offset: number,
): FieldChecksum | undefined {
  if (field.checksum === undefined) return undefined;
  const compute = checksumFunction(field.checksum);
  switch (field.covers) {
    case "text":
      return (bytes, span) => compute(bytes, span.textFrom, span.textTo);
    case "terminated":
      return (bytes, span) => compute(bytes, span.textFrom, span.terminatedTo);
    case "rest":
      return (bytes, span) => compute(bytes, span.at + offset + field.width, span.terminatedTo);
    case "zeroed":
      return (bytes, span) => {
        const copy = bytes.slice(span.at, span.terminatedTo);
        copy.fill(0, offset, offset + field.width);
        return compute(copy, 0, copy.length);
      };
  }
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

function place(fields: readonly LayoutField[], behindText: boolean): PlacedField[] {
  let offset = 0;
  return fields.map((field) => {
    const placed = { field, offset, behindText };
    offset += fieldWidth(field);
    return placed;
  });
}
