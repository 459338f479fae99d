import { placeFields, placeOf, type PlacedField } from "./layout-checksum.ts";
import { fieldsWidth, type GlbLayout, type LayoutField } from "./layouts.ts";
import { numberReader, standsAt } from "./numbers.ts";
import { recordChecks, type FoundRecord, type RecordFault } from "./record-checks.ts";
import { plainTextEnd } from "./text-bytes.ts";

/** A record longer than this is taken for damage: the longest real ones are a name, an address and some template lines. */
export const MAX_RECORD = 256 * 1024;

/** `ok`: `found` is filled. `more`: bytes are missing. Otherwise the fault. */
export type FrameResult = "ok" | "more" | RecordFault;

/** Takes records of one layout apart: first where one begins and ends, then whether all of it is right. */
export interface RecordDecoder {
  readonly found: FoundRecord;
  /** Finds the parts of the record at `at` in `bytes[0, end)`. The last record of a file (`last`) may lack its padding. */
  frame(bytes: Buffer, at: number, end: number, last: boolean): FrameResult;
  /** True when the text of the record framed last holds no control characters but tab, CR and LF. */
  isPlain(bytes: Buffer): boolean;
  /** Checks fields, length, padding and checksum of the record framed last. Bytes without a rule are not looked at. */
  check(bytes: Buffer): RecordFault | undefined;
}

/** The decoder of a layout. */
export function recordDecoder(layout: GlbLayout): RecordDecoder {
  const fields = placeFields(layout);
  const behind = fieldsWidth(layout.after);
  const found: FoundRecord = {
    at: 0,
    textFrom: 0,
    textTo: 0,
    terminatedTo: 0,
    next: 0,
    plainTo: -1,
    sync: Number.NaN,
    stamp: Number.NaN,
  };
  const textOffset = fieldsWidth(layout.before);
  const findTextEnd = textEndFinder(layout, found);
  const readSync = fieldReader(fields, "sync");
  const readStamp = fieldReader(fields, "stamp");
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
      found.plainTo = -1;
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
    isPlain: (bytes) => {
      // Where the frame was found by the text's first control character, that is known already.
      if (found.plainTo < 0) found.plainTo = plainTextEnd(bytes, found.textFrom, found.textTo);
      return found.plainTo >= found.textTo;
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
  return !layout.terminator.includes(0) && layout.before.some(isTextLength);
}

function isTextLength(field: LayoutField): boolean {
  return field.kind === "length" && field.plus !== "slot";
}

type TextEndFinder = (bytes: Buffer, end: number) => FrameResult;

/** Sets `found.textTo`, `found.terminatedTo` and, where it comes to know it, `found.plainTo`. */
function textEndFinder(layout: GlbLayout, found: FoundRecord): TextEndFinder {
  if (framesByLength(layout)) return endByLength(layout, found);
  const { terminator } = layout;
  if (terminator.length === 0) throw new Error(`layout "${layout.name}" has neither a terminator nor a length`);
  return terminator.indexOf(0) === terminator.length - 1 ? endByNul(terminator, found) : endByBytes(terminator, found);
}

function endByLength(layout: GlbLayout, found: FoundRecord): TextEndFinder {
  const placed = placeFields(layout).find(({ field, behindText }) => isTextLength(field) && !behindText);
  if (placed?.field.kind !== "length" || placed.field.plus === "slot") throw new Error(`no length in "${layout.name}"`);
  const { offset } = placed;
  const { plus, width, form } = placed.field;
  const read = numberReader(width, form);
  return (bytes) => {
    const size = read(bytes, found.at + offset) - plus;
    if (!(size >= 0 && size <= MAX_RECORD))
      return { what: "length", text: `its length field asks for a text of ${size} bytes` };
    found.textTo = found.textFrom + size;
    found.terminatedTo = found.textTo + layout.terminator.length;
    return "ok";
  };
}

/** A NUL is a control character, so one pass finds the end of the text and whether the text is plain. */
function endByNul(terminator: readonly number[], found: FoundRecord): TextEndFinder {
  const ahead = terminator.length - 1;
  return (bytes, end) => {
    const limit = Math.min(end, found.textFrom + MAX_RECORD);
    let nul = plainTextEnd(bytes, found.textFrom, limit);
    found.plainTo = nul;
    while (nul < limit) {
      if (
        bytes[nul] === 0 &&
        nul - ahead >= found.textFrom &&
        (ahead === 0 || standsAt(bytes, nul - ahead, terminator))
      ) {
        found.textTo = nul - ahead;
        found.terminatedTo = nul + 1;
        return "ok";
      }
      nul++;
      while (nul < limit && bytes[nul] !== 0) nul++;
    }
    return limit < end ? UNENDED : "more";
  };
}

function endByBytes(terminator: readonly number[], found: FoundRecord): TextEndFinder {
  const [first] = terminator;
  return (bytes, end) => {
    const limit = Math.min(end, found.textFrom + MAX_RECORD);
    let at = found.textFrom;
    while (at < limit && (bytes[at] !== first || (terminator.length > 1 && !standsAt(bytes, at, terminator)))) at++;
    if (at >= limit) return limit < end ? UNENDED : "more";
    found.textTo = at;
    found.terminatedTo = at + terminator.length;
    return "ok";
  };
}

const UNENDED: RecordFault = { what: "terminator", text: `its text does not end within ${MAX_RECORD} bytes` };

function fieldReader(fields: PlacedField[], kind: "sync" | "stamp"): (bytes: Buffer, found: FoundRecord) => number {
  const placed = fields.find(({ field }) => field.kind === kind);
  if (placed === undefined || (placed.field.kind !== "sync" && placed.field.kind !== "stamp")) return () => Number.NaN;
  const read = numberReader(placed.field.width, placed.field.form);
  return (bytes, found) => read(bytes, placeOf(placed, found));
}
