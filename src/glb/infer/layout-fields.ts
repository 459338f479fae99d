import { describeChecksum } from "../checksum.ts";
import type { LayoutField } from "../layouts.ts";
import { findChecksumRule, type ChecksumRule } from "./checksum-search.ts";
import { regionStart, type Claims, type NumberPlace, type Region } from "./columns.ts";
import type { FoundFields } from "./fields.ts";
import { mostFrequent } from "./frequencies.ts";
import { formWords, hexBytes, percent, where } from "./layout-words.ts";
import type { Row } from "./rows.ts";

/** What is told about a layout while its fields are put together. */
export interface LayoutNotes {
  readonly reasons: string[];
  readonly unexplained: string[];
}

/** The fields of one region in their order: recognized numbers, checksums, and the bytes between them. */
export function regionFields(
  bytes: Buffer,
  rows: readonly Row[],
  region: Region,
  found: FoundFields,
  textOffset: number,
  notes: LayoutNotes,
): LayoutField[] {
  const columns = Array.from({ length: region.width }, (_, offset) => usualByte(bytes, rows, region, offset));
  const numbers = numberFields(region, found, notes.reasons);
  const checksums = checksumFields(bytes, rows, region, columns, found, textOffset, notes);
  const others = remainders(region, columns, found.claims, notes.unexplained);
  return [...numbers, ...checksums, ...others].toSorted((a, b) => a.offset - b.offset).map(({ field }) => field);
}

interface PlacedLayoutField {
  offset: number;
  field: LayoutField;
}

function numberFields(region: Region, found: FoundFields, reasons: string[]): PlacedLayoutField[] {
  const fields: PlacedLayoutField[] = [];
  const { sync, length } = found;
  const stamp = found.stamp.place;
  if (sync?.region === region.name) {
    fields.push({ offset: sync.offset, field: { kind: "sync", width: sync.width, form: sync.form } });
    reasons.push(
      `${where(sync)} count up by one in ${percent(sync.fit)} of neighbours: the sync number, ${formWords(sync)}${doubt(sync.rivals)}`,
    );
  }
  if (stamp?.region === region.name) {
    fields.push({ offset: stamp.offset, field: { kind: "stamp", width: stamp.width, form: stamp.form } });
    reasons.push(
      `${where(stamp)} are dates between 1990 and 2099 in seconds, close together: the date stamp, ${formWords(stamp)}${found.stamp.isConstant ? SAME_STAMP : ""}`,
    );
  }
  if (length?.region === region.name) {
    const plus = length.slot ? "slot" : length.plus;
    fields.push({ offset: length.offset, field: { kind: "length", width: length.width, form: length.form, plus } });
    const what = length.slot
      ? "the record with its filling"
      : `the text${length.plus === 0 ? "" : ` and ${length.plus} more`}`;
    reasons.push(
      `${where(length)} are the bytes of ${what} in ${percent(length.fit)} of records: the length, ${formWords(length)}`,
    );
  }
  return fields;
}

const SAME_STAMP = " (likely, not certain: it is the same in all records)";

function doubt(rivals: readonly NumberPlace[]): string {
  const words = rivals.map((rival) => `${where(rival)}, ${formWords(rival)}`);
  return words.length === 0 ? "" : ` (uncertain, as no number carried over: or ${words.join("; or ")})`;
}

/** More columns than this are no header, and more windows than this no place for one checksum. */
const MOST_COLUMNS = 64;
const MOST_WINDOWS = 8;

function checksumFields(
  bytes: Buffer,
  rows: readonly Row[],
  region: Region,
  columns: readonly Column[],
  found: FoundFields,
  textOffset: number,
  { reasons, unexplained }: LayoutNotes,
): PlacedLayoutField[] {
  const { claims } = found;
  const starts = coverageStarts(found, textOffset);
  const isVaried = (offset: number) =>
    offset >= 0 && offset < region.width && claims.isFree(region.name, offset, 1) && columns[offset] === undefined;
  const windows = [...columns.keys()].filter((offset) => isVaried(offset) && isVaried(offset + 1));
  if (region.width > MOST_COLUMNS || textOffset > MOST_COLUMNS) return [];
  const fields: PlacedLayoutField[] = [];
  for (const offset of windows.slice(0, MOST_WINDOWS)) {
    if (!claims.isFree(region.name, offset, 2)) continue;
    const rule = findChecksumRule(bytes, rows, { region: region.name, offset, starts });
    const alone = !isVaried(offset - 1) && !isVaried(offset + 2);
    if (rule === undefined && !(alone && rows.length >= 3)) continue;
    claims.take(region.name, offset, 2);
    fields.push({ offset, field: checksumField(rule, textOffset) });
    const place = where({ region: region.name, offset, width: 2 });
    if (rule === undefined)
      unexplained.push(`${place}: vary like a checksum; unverified, as no CRC-16 and no sum explains them`);
    else reasons.push(`${place} are checksums in ${percent(rule.fit)} of records: ${ruleWords(rule)}`);
  }
  return fields;
}

function checksumField(rule: ChecksumRule | undefined, textOffset: number): LayoutField {
  return {
    kind: "checksum",
    width: 2,
    form: rule?.form ?? "le",
    checksum: rule?.checksum,
    covers: rule?.covers ?? { from: textOffset, to: "terminator" },
  };
}

function ruleWords({ checksum, covers }: ChecksumRule): string {
  return `${describeChecksum(checksum)}, over the bytes from ${covers.from} to the end of the ${covers.to}`;
}

/** Where the bytes that a checksum covers may begin: at the text, or anywhere before it but in the middle of a number. */
function coverageStarts(found: FoundFields, textOffset: number): number[] {
  const numbers = [found.sync, found.stamp.place, found.length];
  const isInside = (offset: number) =>
    numbers.some((place) => place?.region === "before" && offset > place.offset && offset < place.offset + place.width);
  return Array.from({ length: textOffset + 1 }, (_, index) => textOffset - index).filter((offset) => !isInside(offset));
}

/** Runs of columns that no field has: constant ones as `fixed`, others as `opaque`. */
function remainders(
  region: Region,
  columns: readonly Column[],
  claims: Claims,
  unexplained: string[],
): PlacedLayoutField[] {
  const isFree = (offset: number) => offset < region.width && claims.isFree(region.name, offset, 1);
  const fields: PlacedLayoutField[] = [];
  for (let offset = 0; offset < region.width; offset++) {
    if (!isFree(offset)) continue;
    const isConstant = columns[offset] !== undefined;
    let end = offset + 1;
    while (isFree(end) && (columns[end] !== undefined) === isConstant) end++;
    const run = columns.slice(offset, end).map((byte) => byte ?? 0);
    const place = where({ region: region.name, offset, width: run.length });
    unexplained.push(isConstant ? `${place}: always ${hexBytes(run)}` : `${place}: vary, meaning unknown`);
    fields.push({ offset, field: isConstant ? { kind: "fixed", bytes: run } : { kind: "opaque", width: run.length } });
    offset = end - 1;
  }
  return fields;
}

/** The byte that nearly all rows have in a column, or `undefined`. */
type Column = number | undefined;

function usualByte(bytes: Buffer, rows: readonly Row[], region: Region, offset: number): Column {
  const usual = mostFrequent(rows.map((row) => bytes[regionStart(row, region.name) + offset] as number));
  return usual !== undefined && usual.count >= rows.length * 0.98 ? usual.value : undefined;
}
