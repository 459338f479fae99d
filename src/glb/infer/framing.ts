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
  /** 0 to 1: how many of the neighbouring anchors agree. */
  readonly fit: number;
}

/** Longest first: a text that ends in CR LF NUL ends in NUL as well. */
const TERMINATORS: readonly (readonly number[])[] = [[13, 10, 0], [10, 0], [13, 0], [0], [13, 10], [10], [13], [0x1a]];

/** Sizes to which records are filled up, beside whatever the distances have in common. */
const ALIGNMENTS = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The least share of neighbours that must agree before a framing is believed: damage breaks two pairs for each damaged record. */
const ENOUGH = 0.6;
/** A longer gap is no header any more. */
const MAX_GAP = 200;

/** The framing that explains most of the distances between `anchors`, or `undefined`. Needs two anchors. */
export function findFraming(bytes: Buffer, anchors: readonly number[]): Framing | undefined {
  let best: Framing | undefined;
  for (const terminator of TERMINATORS) {
    const ends = anchors.map((anchor) => textEnd(bytes, anchor, terminator));
    const framing = commonGap(anchors, ends, terminator);
    if (framing !== undefined && (best === undefined || framing.fit > best.fit + 0.02)) best = framing;
  }
  return best;
}

/** Where the text at `from` ends when texts end with `terminator`; -1 when something stands there that is no text. */
export function textEnd(bytes: Buffer, from: number, terminator: readonly number[]): number {
  for (let at = from; at < bytes.length; at++) {
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

function commonGap(
  anchors: readonly number[],
  ends: readonly number[],
  terminator: readonly number[],
): Framing | undefined {
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
    return { terminator, gap: usual.value, widest: usual.value, align: 1, ends, fit: usual.count / total };
  }
  let best: Framing | undefined;
  const common = mostFrequent(pairs.map(({ distance }) => distance))?.value ?? 1;
  for (const align of new Set([...ALIGNMENTS, common])) {
    const aligned = pairs.filter(({ distance }) => distance % align === 0);
    const window = fullestWindow(
      aligned.map(({ gap }) => gap),
      align,
    );
    const fit = window.count / total;
    if (fit >= ENOUGH && fit >= (best?.fit ?? 0) - 0.02 && window.from <= MAX_GAP) {
      best = { terminator, gap: window.from, widest: window.to, align, ends, fit };
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
