import type { GlbLayout } from "../layouts.ts";
import { findAnchors } from "./anchors.ts";
import type { NumberPlace, Region } from "./columns.ts";
import { findFields, type FoundFields } from "./fields.ts";
import { chooseFraming } from "./choose-framing.ts";
import type { Framing } from "./framing.ts";
import { countBy, mostFrequent } from "./frequencies.ts";
import { regionFields } from "./layout-fields.ts";
import { formWords, hexBytes, percent, where } from "./layout-words.ts";
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
const MAX_ANCHORS = 2000;

/**
 * Infers the layout from the beginning of a file, or from all of it (`isWhole`). `undefined` when no transaction text was found, or texts that nothing common parts.
 */
export function inferLayout(bytes: Buffer, isWhole: boolean): LayoutFinding | undefined {
  const all = findAnchors(bytes, MAX_ANCHORS + 1);
  const anchors = all.slice(0, MAX_ANCHORS);
  const [first] = anchors;
  if (first === undefined) return undefined;
  const whole = isWhole && all.length === anchors.length;
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
  if (found.stamp.rivals.length > 0) unexplained.push(stampDoubt(found.stamp.rivals));
  const [before = [], after = []] = regions.map((region) =>
    regionFields(bytes, rows, region, found, placement.before, { reasons, unexplained }),
  );
  const layout: GlbLayout = {
    name: "inferred",
    fileHeader: [...bytes.subarray(0, placement.fileHeader)],
    before,
    terminator: framing.terminator,
    after,
    align: framing.align,
    padByte: paddingByte(bytes, rows, placement),
    newline: newlineOf(bytes, rows),
  };
  const counts = rows.length >= 8 && (found.sync?.fit ?? 0) >= 0.9;
  return { layout, counts, confidence: confidence(rows, framing, found), reasons, unexplained, records: rows.length };
}

function confidence(rows: readonly Row[], framing: Framing, found: FoundFields): LayoutFinding["confidence"] {
  if (rows.length >= 16 && framing.fit >= 0.8 && found.sync?.rivals.length === 0) return "high";
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

function stampDoubt(rivals: readonly NumberPlace[]): string {
  const places = rivals.map((place) => `${where(place)} (${formWords(place)})`);
  return `the date stamp: it may be ${places.join(" or ")}, and nothing tells which`;
}

function framingReason(framing: Framing, rows: readonly Row[]): string {
  const end = framing.terminator.length === 0 ? "nothing" : hexBytes(framing.terminator);
  const filled = framing.align === 1 ? "" : `, filled up to a multiple of ${framing.align}`;
  return `${rows.length} transaction texts end with ${end} and lie ${framing.gap} bytes apart${filled} in ${percent(framing.fit)} of cases`;
}
