import { fieldChecksum, placeFields, type RecordSpan } from "./layout-checksum.ts";
import { fieldsWidth, type GlbLayout, type LayoutField } from "./layouts.ts";
import { readNumber } from "./numbers.ts";

/** A record longer than this is taken for damage: the longest real ones are a name, an address and some template lines. */
export const MAX_RECORD = 256 * 1024;

/** Why no record of the layout stands at a place. */
export interface RecordFault {
  readonly what: "field" | "length" | "terminator" | "checksum" | "padding";
  readonly text: string;
}

/** What a decoder found; one object is used again for every record, so copy what you keep. */
export interface FoundRecord extends RecordSpan {
  sync: number;
  stamp: number;
  /** First byte behind the record and its padding. */
  next: number;
}

/** `ok`: `found` is filled. `more`: bytes are missing. Otherwise the fault; `found.textFrom..next` are set when only the checksum is wrong. */
export type DecodeResult = "ok" | "more" | RecordFault;

/** Decodes records of one layout. */
export interface RecordDecoder {
  readonly found: FoundRecord;
  /** Reads the record at `at` in `bytes[0, end)`. */
  decode(bytes: Buffer, at: number, end: number): DecodeResult;
}

/** The decoder of a layout. Bytes without a rule (`opaque`, checksums of unknown rule) are not looked at. */
export function recordDecoder(layout: GlbLayout): RecordDecoder {
  const textOffset = fieldsWidth(layout.before);
  const behind = fieldsWidth(layout.after);
  const terminator = Buffer.from(layout.terminator);
  const first = layout.terminator[0];
  const checks = placeFields(layout).flatMap(({ field, offset, behindText }) => {
    const check = fieldCheck(field, offset);
    return check === undefined ? [] : [{ check, offset, behindText }];
  });
  const verifies = placeFields(layout).flatMap(({ field, offset, behindText }) => {
    const compute = field.kind === "checksum" ? fieldChecksum(field, offset) : undefined;
    return field.kind === "checksum" && compute !== undefined ? [{ field, offset, behindText, compute }] : [];
  });
  const length = placeFields(layout).find(({ field, behindText }) => field.kind === "length" && !behindText);
  const lengthField = length?.field.kind === "length" ? length.field : undefined;
  const lengthOffset = length?.offset ?? 0;
  const found: FoundRecord = { at: 0, textFrom: 0, textTo: 0, terminatedTo: 0, next: 0, sync: 0, stamp: 0 };

  /** Sets `found.textTo`. */
  const findTextEnd = (bytes: Buffer, end: number): DecodeResult => {
    if (lengthField !== undefined && lengthField.plus !== "slot") {
      const size = readNumber(bytes, found.at + lengthOffset, lengthField.width, lengthField.form) - lengthField.plus;
      if (!(size >= 0 && size <= MAX_RECORD)) return fault("length", `a text of ${size} bytes`);
      found.textTo = found.textFrom + size;
      return "ok";
    }
    if (first === undefined) return fault("length", "neither a length nor a terminator");
    const limit = Math.min(end, found.textFrom + MAX_RECORD);
    const at =
      terminator.length === 1 ? bytes.indexOf(first, found.textFrom) : bytes.indexOf(terminator, found.textFrom);
    if (at >= 0 && at < limit) {
      found.textTo = at;
      return "ok";
    }
    return limit < end ? fault("terminator", `no end of the text within ${MAX_RECORD} bytes`) : "more";
  };

  return {
    found,
    decode(bytes, at, end) {
      found.at = at;
      found.textFrom = at + textOffset;
      if (found.textFrom > end) return "more";
      const textEnd = findTextEnd(bytes, end);
      if (textEnd !== "ok") return textEnd;
      found.terminatedTo = found.textTo + terminator.length;
      const size = found.terminatedTo + behind - at;
      const excess = size % layout.align;
      found.next = at + size + (excess === 0 ? 0 : layout.align - excess);
      if (found.next > end) return "more";
      for (let index = 0; index < terminator.length; index++) {
        if (bytes[found.textTo + index] !== terminator[index]) {
          return fault("terminator", `the text does not end where its length says`);
        }
      }
      for (const { check, offset, behindText } of checks) {
        const wrong = check(bytes, (behindText ? found.terminatedTo : at) + offset, found);
        if (wrong !== undefined) return wrong;
      }
      for (let pad = at + size; pad < found.next; pad++) {
        if (bytes[pad] !== layout.padByte) return fault("padding", "bytes other than the filling behind the record");
      }
      for (const { field, offset, behindText, compute } of verifies) {
        const stored = readNumber(bytes, (behindText ? found.terminatedTo : at) + offset, field.width, field.form);
        const computed = compute(bytes, found);
        if (stored !== computed) return fault("checksum", `checksum ${hex(stored)} stored, ${hex(computed)} computed`);
      }
      return "ok";
    },
  };
}

type FieldCheck = (bytes: Buffer, at: number, found: FoundRecord) => RecordFault | undefined;

function fieldCheck(field: LayoutField, offset: number): FieldCheck | undefined {
  switch (field.kind) {
    case "sync":
      return (bytes, at, found) => {
        found.sync = readNumber(bytes, at, field.width, field.form);
        return Number.isNaN(found.sync) ? fault("field", "no digits in the sync number") : undefined;
      };
    case "stamp":
      return (bytes, at, found) => {
        found.stamp = readNumber(bytes, at, field.width, field.form);
        return Number.isNaN(found.stamp) ? fault("field", "no digits in the date stamp") : undefined;
      };
    case "length":
      return (bytes, at, found) => {
        const value = readNumber(bytes, at, field.width, field.form);
        const expected = field.plus === "slot" ? found.next - found.at : found.textTo - found.textFrom + field.plus;
        return value === expected ? undefined : fault("length", `length ${value} where ${expected} was expected`);
      };
    case "fixed":
      return (bytes, at) => {
        for (let index = 0; index < field.bytes.length; index++) {
          if (bytes[at + index] !== field.bytes[index]) {
            return fault("field", `byte ${offset + index} is not the one that all records have there`);
          }
        }
        return undefined;
      };
    case "checksum":
    case "opaque":
      return undefined;
  }
}

function fault(what: RecordFault["what"], text: string): RecordFault {
  return { what, text };
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, "0");
}
