import { describeChecksum } from "../checksum.ts";
import type { GlbLayout, LayoutField } from "../layouts.ts";
import { findAnchors } from "./anchors.ts";
import { findChecksumRule } from "./checksum-search.ts";
import { regionStart, type Claims, type NumberPlace, type Region } from "./columns.ts";
import { findFields, type FoundFields } from "./fields.ts";
import { chooseFraming } from "./choose-framing.ts";
import type { Framing } from "./framing.ts";
import { countBy, mostFrequent } from "./frequencies.ts";
import { findPlacement, type Placement } from "./placement.ts";
import { findRows, type Row } from "./rows.ts";

/** What was found out about a file's layout from the file itself. */
export interface LayoutFinding {
  readonly layout: GlbLayout;
  /** True when the sync numbers of nearly all neighbours count up by one. */
  readonly counts: boolean;
  /**
   * `high`: many records agree and their sync numbers count up. `medium`: several agree. `low`: too few records to tell, so the texts
   * can be read and little else is certain.
   */
  readonly confidence: "high" | "medium" | "low";
  /** Why each part of the layout is believed, in words. */
  readonly reasons: readonly string[];
  /** What nobody can explain, in words: bytes of the file header and of each record. */
  readonly unexplained: readonly string[];
  /** Whole records that the finding rests on. */
  readonly records: number;
}

/** So many records of the beginning tell all there is to tell. */
const MAX_ANCHORS = 5000;

/**
 * Infers the layout from the beginning of a file, or from all of it (`whole`). `undefined` when no transaction text was found, or texts that nothing common parts.
 */
export function inferLayout(bytes: Buffer, whole: boolean): LayoutFinding | undefined {
  const anchors = findAnchors(bytes).slice(0, whole ? undefined : MAX_ANCHORS);
  const [first] = anchors;
  if (first === undefined) return undefined;
  const framing = chooseFraming(bytes, anchors, whole);
  if (framing === undefined) return undefined;
  const placement = findPlacement(bytes, anchors, framing, whole);
  return describeLayout(bytes, anchors, framing, placement);
}

function describeLayout(
  bytes: Buffer,
  anchors: readonly number[],
  framing: Framing,
  placement: Placement,
): LayoutFinding | undefined {
  const rows = findRows(bytes, anchors, framing, placement);
  if (rows.length === 0) return undefined;
  const regions: Region[] = [
    { name: "before", width: placement.before },
    { name: "after", width: placement.after },
  ];
  const found = findFields(bytes, rows, regions, framing.length);
  const reasons: string[] = [framingReason(framing, rows)];
  const unexplained: string[] = [];
  if (placement.fileHeader > 0) unexplained.push(`the first ${placement.fileHeader} bytes of the file`);
  const fields = regions.map((region) => [
    ...numberFields(region, found, reasons),
    ...otherFields(bytes, rows, region, found, placement.before, reasons, unexplained),
  ]);
  const [before, after] = fields.map((list) => list.toSorted((a, b) => a.offset - b.offset).map(({ field }) => field));
  const layout: GlbLayout = {
    name: "inferred",
    fileHeader: [...bytes.subarray(0, placement.fileHeader)],
    before: before ?? [],
    terminator: framing.terminator,
    after: after ?? [],
    align: framing.align,
    padByte: paddingByte(bytes, rows, placement),
    newline: newlineOf(bytes, rows),
  };
  const counts = rows.length >= 8 && (found.sync?.fit ?? 0) >= 0.9;
  return { layout, counts, confidence: confidence(rows, framing, found), reasons, unexplained, records: rows.length };
}

interface PlacedLayoutField {
  offset: number;
  field: LayoutField;
}

function numberFields(region: Region, found: FoundFields, reasons: string[]): PlacedLayoutField[] {
  const fields: PlacedLayoutField[] = [];
  const { sync, stamp, length } = found;
  if (sync?.region === region.name) {
    fields.push({ offset: sync.offset, field: { kind: "sync", width: sync.width, form: sync.form } });
    reasons.push(
      `${where(sync)} count up by one in ${percent(sync.fit)} of neighbours: the sync number, ${formWords(sync)}`,
    );
  }
  if (stamp?.region === region.name) {
    fields.push({ offset: stamp.offset, field: { kind: "stamp", width: stamp.width, form: stamp.form } });
    reasons.push(
      `${where(stamp)} are dates between 1990 and 2099 in seconds, close together: the date stamp, ${formWords(stamp)}`,
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

function otherFields(
  bytes: Buffer,
  rows: readonly Row[],
  region: Region,
  found: FoundFields,
  textOffset: number,
  reasons: string[],
  unexplained: string[],
): PlacedLayoutField[] {
  const { claims } = found;
  const starts = coverageStarts(found, textOffset);
  const columns = Array.from({ length: region.width }, (_, offset) => column(bytes, rows, region, offset));
  const isVaried = (offset: number) => claims.isFree(region.name, offset, 1) && columns[offset]?.constant === undefined;
  const fields: PlacedLayoutField[] = [];
  for (let offset = 0; offset + 1 < region.width; offset++) {
    if (!claims.isFree(region.name, offset, 2) || !(isVaried(offset) || isVaried(offset + 1))) continue;
    const rule = findChecksumRule(bytes, rows, { region: region.name, offset, starts });
    const alone = isVaried(offset) && isVaried(offset + 1) && !isVaried(offset - 1) && !isVaried(offset + 2);
    if (rule === undefined && !(alone && rows.length >= 3)) continue;
    claims.take(region.name, offset, 2);
    fields.push({
      offset,
      field: {
        kind: "checksum",
        width: 2,
        form: rule?.form ?? "le",
        checksum: rule?.checksum,
        covers: rule?.covers ?? { from: textOffset, to: "terminator" },
      },
    });
    const place = where({ region: region.name, offset, width: 2 });
    if (rule === undefined) unexplained.push(`${place}: vary like a checksum, but no CRC-16 and no sum explains them`);
    else {
      reasons.push(
        `${place} are checksums in ${percent(rule.fit)} of records: ${describeChecksum(rule.checksum)}, over the bytes from ${rule.covers.from} to the end of the ${rule.covers.to}`,
      );
    }
  }
  return [...fields, ...remainders(region, columns, claims, unexplained)];
}

/** Where the bytes that a checksum covers may begin: at the text, or anywhere before it but in the middle of a number. */
function coverageStarts(found: FoundFields, textOffset: number): number[] {
  const numbers = [found.sync, found.stamp, found.length];
  const isInside = (offset: number) =>
    numbers.some((place) => place?.region === "before" && offset > place.offset && offset < place.offset + place.width);
  return Array.from({ length: textOffset + 1 }, (_, index) => textOffset - index).filter((offset) => !isInside(offset));
}

/** Runs of columns that no field has: constant ones as `fixed`, others as `opaque`. */
function remainders(region: Region, columns: Column[], claims: Claims, unexplained: string[]): PlacedLayoutField[] {
  const fields: PlacedLayoutField[] = [];
  let offset = 0;
  while (offset < region.width) {
    if (!claims.isFree(region.name, offset, 1)) {
      offset++;
      continue;
    }
    const constant = columns[offset]?.constant !== undefined;
    let end = offset;
    const run: number[] = [];
    while (
      end < region.width &&
      claims.isFree(region.name, end, 1) &&
      (columns[end]?.constant !== undefined) === constant
    ) {
      run.push(columns[end]?.constant ?? 0);
      end++;
    }
    const place = where({ region: region.name, offset, width: run.length });
    fields.push({ offset, field: constant ? { kind: "fixed", bytes: run } : { kind: "opaque", width: run.length } });
    unexplained.push(constant ? `${place}: always ${hexBytes(run)}` : `${place}: vary, meaning unknown`);
    offset = end;
  }
  return fields;
}

interface Column {
  /** The byte that nearly all rows have there, if there is one. */
  readonly constant: number | undefined;
}

function column(bytes: Buffer, rows: readonly Row[], region: Region, offset: number): Column {
  const usual = mostFrequent(rows.map((row) => bytes[regionStart(row, region.name) + offset] as number));
  const constant = usual !== undefined && usual.count >= rows.length * 0.98 ? usual.value : undefined;
  return { constant };
}

function confidence(rows: readonly Row[], framing: Framing, found: FoundFields): LayoutFinding["confidence"] {
  if (rows.length >= 16 && framing.fit >= 0.8 && found.sync !== undefined) return "high";
  return rows.length >= 4 ? "medium" : "low";
}

function paddingByte(bytes: Buffer, rows: readonly Row[], placement: Placement): number {
  const pads = rows.flatMap((row) => [...bytes.subarray(row.terminatedTo + placement.after, row.next)]);
  return mostFrequent(pads)?.value ?? 0;
}

function newlineOf(bytes: Buffer, rows: readonly Row[]): GlbLayout["newline"] {
  const counts = countBy(
    rows.flatMap((row) => {
      const text = bytes.subarray(row.textFrom, row.textTo);
      return text.includes("\r\n") ? [0] : text.includes("\n") ? [1] : text.includes("\r") ? [2] : [];
    }),
  );
  const usual = [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
  return usual === 1 ? "\n" : usual === 2 ? "\r" : "\r\n";
}

function framingReason(framing: Framing, rows: readonly Row[]): string {
  const end = framing.terminator.length === 0 ? "nothing" : hexBytes(framing.terminator);
  const filled = framing.align === 1 ? "" : `, filled up to a multiple of ${framing.align}`;
  return `${rows.length} transaction texts end with ${end} and lie ${framing.gap} bytes apart${filled} in ${percent(framing.fit)} of cases`;
}

function where(place: Pick<NumberPlace, "region" | "offset" | "width">): string {
  const last = place.offset + place.width - 1;
  const bytes = place.width === 1 ? `byte ${place.offset}` : `bytes ${place.offset}–${last}`;
  return place.region === "before" ? `${bytes} of each record` : `${bytes} behind each text`;
}

function formWords(place: NumberPlace): string {
  if (place.form === "decimal") return `${place.width} decimal digits`;
  return place.width === 1 ? "1 byte" : `${place.width} bytes, ${place.form === "le" ? "low" : "high"} byte first`;
}

function hexBytes(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
