import { placeFields, placeOf, type PlacedField } from "./layout-checksum.ts";
import { fieldsWidth, type GlbLayout } from "./layouts.ts";
import { readNumber, standsAt } from "./numbers.ts";
import { recordChecks, type FoundRecord, type RecordFault } from "./record-checks.ts";

/** A record longer than this is taken for damage: the longest real ones are a name, an address and some template lines. */
export const MAX_RECORD = 256 * 1024;

/** `ok`: `found` is filled. `more`: bytes are missing. Otherwise the fault. */
export type FrameResult = "ok" | "more" | RecordFault;

/** Takes records of one layout apart: first where one begins and ends, then whether all of it is right. */
export interface RecordDecoder {
  readonly found: FoundRecord;
  /** Finds the parts of the record at `at` in `bytes[0, end)`. The last record of a file (`last`) may lack its padding. */
  frame(bytes: Buffer, at: number, end: number, last: boolean): FrameResult;
  /** Checks fields, length, padding and checksum of the record framed last. Bytes without a rule are not looked at. */
  check(bytes: Buffer): RecordFault | undefined;
}

/** The decoder of a layout. */
export function recordDecoder(layout: GlbLayout): RecordDecoder {
  const fields = placeFields(layout);
  const behind = fieldsWidth(layout.after);
  const found: FoundRecord = { at: 0, textFrom: 0, textTo: 0, terminatedTo: 0, next: 0, sync: NaN, stamp: NaN };
  const textOffset = fieldsWidth(layout.before);
  const findTextEnd = textEndFinder(layout, found);
  const readSync = numberReader(fields, "sync");
  const readStamp = numberReader(fields, "stamp");
  const checks = recordChecks(layout);
  /** The last text of a file may lack the end of its terminator: the CR LF of CR LF NUL say enough. */
  const endsInTerminator = (bytes: Buffer, end: number): boolean => {
    const { terminator } = layout;
    for (let kept = terminator.length - 1; kept > 0; kept--) {
      if (end - kept <= found.textFrom || !standsAt(bytes, end - kept, terminator.slice(0, kept))) continue;
      found.textTo = end - kept;
      found.terminatedTo = end;
      return true;
    }
    return false;
  };
  return {
    found,
    frame(bytes, at, end, last) {
      found.at = at;
      found.textFrom = at + textOffset;
      if (found.textFrom > end) return "more";
      const textEnd = findTextEnd(bytes, end);
      if (textEnd !== "ok" && !(textEnd === "more" && last && endsInTerminator(bytes, end))) return textEnd;
      const size = found.terminatedTo + behind - at;
      const excess = size % layout.align;
      found.next = at + size + (excess === 0 ? 0 : layout.align - excess);
      if (found.next > end) {
        if (!last || at + size > end) return "more";
        found.next = end;
      }
      found.sync = readSync(bytes, found);
      found.stamp = readStamp(bytes, found);
      return "ok";
    },
    check(bytes) {
      for (const check of checks) {
        const fault = check(bytes, found);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  };
}

/** True when only a length field tells where a text ends: a NUL cannot stand in a text, other terminators can. */
export function framesByLength(layout: GlbLayout): boolean {
  return (
    !layout.terminator.includes(0) && layout.before.some((field) => field.kind === "length" && field.plus !== "slot")
  );
}

/** Sets `found.textTo` and `found.terminatedTo`. */
function textEndFinder(layout: GlbLayout, found: FoundRecord): (bytes: Buffer, end: number) => FrameResult {
  const placed = placeFields(layout).find(({ field, behindText }) => field.kind === "length" && !behindText);
  const length = placed?.field.kind === "length" ? placed.field : undefined;
  if (placed !== undefined && length !== undefined && typeof length.plus === "number" && framesByLength(layout)) {
    const { plus, width, form } = length;
    return (bytes) => {
      const size = readNumber(bytes, found.at + placed.offset, width, form) - plus;
      if (!(size >= 0 && size <= MAX_RECORD))
        return { what: "length", text: `its length field asks for a text of ${size} bytes` };
      found.textTo = found.textFrom + size;
      found.terminatedTo = found.textTo + layout.terminator.length;
      return "ok";
    };
  }
  const terminator = Buffer.from(layout.terminator);
  const first = terminator[0];
  if (first === undefined) throw new Error(`layout "${layout.name}" has neither a terminator nor a length`);
  return (bytes, end) => {
    const limit = Math.min(end, found.textFrom + MAX_RECORD);
    let at = found.textFrom;
    while (at < limit && (bytes[at] !== first || (terminator.length > 1 && !standsAt(bytes, at, terminator)))) at++;
    if (at < limit) {
      found.textTo = at;
      found.terminatedTo = at + terminator.length;
      return "ok";
    }
    return limit < end ? { what: "terminator", text: `its text does not end within ${MAX_RECORD} bytes` } : "more";
  };
}

function numberReader(fields: PlacedField[], kind: "sync" | "stamp"): (bytes: Buffer, found: FoundRecord) => number {
  const placed = fields.find(({ field }) => field.kind === kind);
  if (placed === undefined || (placed.field.kind !== "sync" && placed.field.kind !== "stamp")) return () => NaN;
  const { width, form } = placed.field;
  return (bytes, found) => readNumber(bytes, placeOf(placed, found), width, form);
}
