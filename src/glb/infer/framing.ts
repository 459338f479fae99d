import type { NumberForm } from "../layouts.ts";
import { countBy, mostFrequent } from "./frequencies.ts";

/** How texts end and what lies between the end of one and the beginning of the next. */
export interface Framing {
  readonly terminator: readonly number[];
  /** Bytes between a terminator and the next text: the least that was seen, and the most (equal when records are not filled up). */
  readonly gap: number;
  readonly widest: number;
  readonly align: number;
  /** Ends of the texts at the anchors, terminator not included; -1 where no whole text stands. */
  readonly ends: readonly number[];
  /** The end of a text at any other place, or -1. */
  endOf(textFrom: number): number;
  /** The number in front of each text that gives its length, where texts have no terminator. */
  readonly length?: LengthClue;
  /** 0 to 1: how many of the neighbouring anchors agree. */
  readonly fit: number;
}

/** A number in front of each text: its distance to the text, its form, and what it counts beside the text. */
export interface LengthClue {
  /** Bytes from the number's first byte to the text. */
  readonly ahead: number;
  readonly width: number;
  readonly form: NumberForm;
  readonly plus: number;
}

/** Longest first: a text that ends in CR LF NUL ends in NUL as well. */
const TERMINATORS: readonly (readonly number[])[] = [[13, 10, 0], [10, 0], [13, 0], [0], [13, 10], [10], [13], [0x1a]];

/** Sizes to which records are filled up, beside whatever the distances have in common. */
const ALIGNMENTS = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The least share of neighbours that must agree before a framing is believed: damage breaks two pairs for each damaged record. */
const ENOUGH = 0.6;
/** A longer gap is no header any more. */
const MAX_GAP = 200;

/**
 * The framing that explains most of the distances between `anchors`, or `undefined`. Needs two anchors. Of framings that explain
 * as much, one under which a `whole` file ends with a record is better.
 */
export function findFraming(bytes: Buffer, anchors: readonly number[], whole: boolean): Framing | undefined {
  let best: (Framing & { clean: boolean }) | undefined;
  for (const terminator of TERMINATORS) {
    const endOf = (textFrom: number) => textEnd(bytes, textFrom, terminator);
    const ends = anchors.map(endOf);
    const common = commonGap(anchors, ends, terminator);
    if (common === undefined) continue;
    const framing = { ...common, terminator, ends, endOf, clean: whole && endsClean(bytes, ends, terminator) };
    const better = best === undefined || framing.fit > best.fit + 0.02;
    const equal = best !== undefined && framing.fit >= best.fit - 0.02;
    if (better || (equal && framing.clean && best?.clean === false)) best = framing;
    // Nothing that comes later can be better.
    if (best !== undefined && best.fit >= 0.98 && best.clean === whole) break;
  }
  return best;
}

/** True when nothing but filling stands behind the last text. */
export function endsClean(bytes: Buffer, ends: readonly number[], terminator: readonly number[]): boolean {
  const last = ends.at(-1) ?? -1;
  return last >= 0 && isFilling(bytes.subarray(last + terminator.length));
}

/** True for bytes that are all alike, or none. */
export function isFilling(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === bytes[0]);
}

/** Longer texts are none: a name, an address and some template lines. */
const LONGEST_TEXT = 4096;

/** Where the text at `from` ends when texts end with `terminator`; -1 when something stands there that is no text. */
export function textEnd(bytes: Buffer, from: number, terminator: readonly number[]): number {
  const limit = Math.min(bytes.length, from + LONGEST_TEXT);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x20 || byte === 9) continue;
    if (terminator.every((wanted, index) => bytes[at + index] === wanted)) return at;
    if (byte !== 13 && byte !== 10) return -1;
    const newline = byte === 13 && bytes[at + 1] === 10 ? 2 : 1;
    const next = bytes[at + newline];
    // Further lines of one text begin with a blank, or with a minus sign (Q96001).
    if (next !== 0x20 && next !== 0x2d && next !== 9) return -1;
    at += newline - 1;
  }
  return -1;
}

type CommonGap = Pick<Framing, "gap" | "widest" | "align" | "fit">;

function commonGap(
  anchors: readonly number[],
  ends: readonly number[],
  terminator: readonly number[],
): CommonGap | undefined {
  const pairs: { gap: number; distance: number }[] = [];
  for (let index = 0; index + 1 < anchors.length; index++) {
    const end = ends[index] as number;
    const next = anchors[index + 1] as number;
    const gap = next - end - terminator.length;
    if (end >= 0 && gap >= 0 && gap <= MAX_GAP + 1024) pairs.push({ gap, distance: next - (anchors[index] as number) });
  }
  const total = Math.max(1, anchors.length - 1);
  const usual = mostFrequent(pairs.map(({ gap }) => gap));
  if (usual === undefined) return undefined;
  if (usual.count / total >= ENOUGH && usual.value <= MAX_GAP) {
    return { gap: usual.value, widest: usual.value, align: 1, fit: usual.count / total };
  }
  let best: CommonGap | undefined;
  const common = mostFrequent(pairs.map(({ distance }) => distance))?.value ?? 1;
  for (const align of new Set([...ALIGNMENTS, common])) {
    const aligned = pairs.filter(({ distance }) => distance % align === 0);
    const window = fullestWindow(
      aligned.map(({ gap }) => gap),
      align,
    );
    const fit = window.count / total;
    if (fit >= ENOUGH && fit >= (best?.fit ?? 0) - 0.02 && window.from <= MAX_GAP) {
      best = { gap: window.from, widest: window.to, align, fit };
    }
  }
  return best;
}

/** The window of `width` values with most of `values` in it, from the least to the greatest value that it holds. */
function fullestWindow(values: number[], width: number): { from: number; to: number; count: number } {
  const counts = [...countBy(values)].toSorted(([a], [b]) => a - b);
  let best = { from: 0, to: 0, count: 0 };
  for (const [from] of counts) {
    const inside = counts.filter(([value]) => value >= from && value < from + width);
    const count = inside.reduce((sum, [, times]) => sum + times, 0);
    if (count > best.count) best = { from, to: inside.at(-1)?.[0] ?? from, count };
  }
  return best;
}

/**
 * With two or three records, filling behind them looks like a constant gap. Where the bytes behind the texts are all alike and the records'
 * distances have a power of two in common that is longer than those bytes, they are filling.
 */
export function withFilling(bytes: Buffer, anchors: readonly number[], framing: Framing): Framing {
  const first = anchors[0] as number;
  const behind = framing.gap - first;
  if (framing.align !== 1 || anchors.length > 3 || behind <= 0) return framing;
  const gaps = framing.ends
    .slice(0, -1)
    .map((end) => bytes.subarray(end + framing.terminator.length).subarray(0, behind));
  if (!gaps.every(isFilling)) return framing;
  const distances = anchors.slice(1).map((anchor, index) => anchor - (anchors[index] as number));
  const align = ALIGNMENTS.findLast((size) => size > behind && distances.every((distance) => distance % size === 0));
  return align === undefined ? framing : { ...framing, align, gap: first, widest: framing.gap };
}
