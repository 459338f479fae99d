import { fieldChecksum, placeFields, placeOf, type PlacedField, type RecordSpan } from "./layout-checksum.ts";
import { fieldsWidth, type GlbLayout, type LayoutField } from "./layouts.ts";
import { numberReader, standsAt } from "./numbers.ts";

/** Why no record of the layout stands at a place, or why the one there is not whole. */
export interface RecordFault {
  readonly what: "field" | "length" | "terminator" | "checksum" | "padding" | "fixed" | "order";
  readonly text: string;
}

/** A framed record: where its parts lie, and its numbers. */
export interface FoundRecord extends RecordSpan {
  /** `NaN` when the layout has no such field or no digits stand in it. */
  sync: number;
  /** Seconds; `NaN` as above. */
  stamp: number;
  /** First byte behind the record and its padding. */
  next: number;
  /** First control character of the text, tab, CR and LF aside, or anything from `textTo` on; -1 while not looked for. */
  plainTo: number;
}

/** Says what is wrong with a framed record, if anything. */
export type RecordCheck = (bytes: Buffer, found: FoundRecord) => RecordFault | undefined;

/** Everything that can be checked of a record in `layout`, the most telling first: terminator, numbers, checksums of known rule, filling, fixed bytes. */
export function recordChecks(layout: GlbLayout): RecordCheck[] {
  const fields = placeFields(layout);
  return [
    terminatorCheck(layout),
    ...fields.flatMap((placed) => numberCheck(placed)),
    ...fields.flatMap((placed) => checksumCheck(placed)),
    paddingCheck(layout),
    ...fields.flatMap((placed) => fixedCheck(placed)),
  ];
}

function numberCheck(placed: PlacedField): RecordCheck[] {
  const { field } = placed;
  if (field.kind === "length") return [lengthCheck(placed, field)];
  if ((field.kind !== "sync" && field.kind !== "stamp") || field.form !== "decimal") return [];
  const { kind } = field;
  const name = kind === "sync" ? "sync number" : "date stamp";
  return [
    (_, found) => (Number.isNaN(found[kind]) ? { what: "field", text: `no digits stand in its ${name}` } : undefined),
  ];
}

function fixedCheck(placed: PlacedField): RecordCheck[] {
  const { field } = placed;
  if (field.kind !== "fixed") return [];
  const wanted = Uint8Array.from(field.bytes);
  return [
    (bytes, found) => {
      const at = placeOf(placed, found);
      if (standsAt(bytes, at, wanted)) return undefined;
      const wrong = wanted.findIndex((byte, index) => bytes[at + index] !== byte);
      return {
        what: "fixed",
        text: `byte ${hex(bytes[at + wrong] ?? 0, 2)} stands where other records have ${hex(wanted[wrong] ?? 0, 2)}`,
      };
    },
  ];
}

function lengthCheck(placed: PlacedField, field: Extract<LayoutField, { kind: "length" }>): RecordCheck {
  const read = numberReader(field.width, field.form);
  return (bytes, found) => {
    const value = read(bytes, placeOf(placed, found));
    const expected = field.plus === "slot" ? found.next - found.at : found.textTo - found.textFrom + field.plus;
    return value === expected
      ? undefined
      : { what: "length", text: `its length field says ${value} where ${expected} was found` };
  };
}

function terminatorCheck(layout: GlbLayout): RecordCheck {
  const terminator = Buffer.from(layout.terminator);
  return (bytes, found) => {
    if (standsAt(bytes, found.textTo, terminator)) return undefined;
    return { what: "terminator", text: "its text does not end where its length field says" };
  };
}

function paddingCheck(layout: GlbLayout): RecordCheck {
  const behind = fieldsWidth(layout.after);
  return (bytes, found) => {
    for (let at = found.terminatedTo + behind; at < found.next; at++) {
      if (bytes[at] !== layout.padByte)
        return { what: "padding", text: "other bytes than the filling stand behind it" };
    }
    return undefined;
  };
}

function checksumCheck(placed: PlacedField): RecordCheck[] {
  const { field } = placed;
  const compute = fieldChecksum(placed);
  if (field.kind !== "checksum" || compute === undefined) return [];
  const read = numberReader(field.width, field.form);
  return [
    (bytes, found) => {
      const stored = read(bytes, placeOf(placed, found));
      const computed = compute(bytes, found);
      if (stored === computed) return undefined;
      return { what: "checksum", text: `its checksum is ${hex(stored, 4)}, its bytes give ${hex(computed, 4)}` };
    },
  ];
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
