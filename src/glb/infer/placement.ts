import { isPlainText } from "../text-bytes.ts";
import type { Framing } from "./framing.ts";

/** How the bytes between two texts divide: those behind a text belong to its record, the others to the next one. */
export interface Placement {
  /** Bytes in front of the first record. */
  readonly fileHeader: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Divides the gap. The beginning of the file decides: without a file header exactly `before` bytes stand in front of the first text.
 * More bytes than a gap are a file header, or records whose texts were not recognized, such as a header transaction of unknown wording.
 */
export function findPlacement(bytes: Buffer, anchors: readonly number[], framing: Framing, whole: boolean): Placement {
  const first = anchors[0] as number;
  const least = Math.max(0, framing.widest - framing.align + 1);
  if (first < least) return divided(bytes, first, framing, whole);
  if (first <= framing.gap || (framing.align > 1 && first <= framing.widest)) {
    return { fileHeader: 0, before: first, after: framing.align > 1 ? trailing(bytes, anchors, framing, first) : 0 };
  }
  for (let before = framing.gap; before >= least; before--) {
    if (recordsReach(bytes, 0, first - before, before, framing)) return { fileHeader: 0, before, after: 0 };
  }
  const before = framing.gap;
  for (let from = 1; from < Math.min(first - before, 512); from++) {
    if (recordsReach(bytes, from, first - before, before, framing)) return { fileHeader: from, before, after: 0 };
  }
  // With a file header nothing in front tells how the gap divides; in a whole file the rest behind the last text does.
  const rest = bytes.length - (framing.ends.at(-1) ?? bytes.length) - framing.terminator.length;
  const room = before - (framing.length?.ahead ?? 0);
  const after = whole && framing.align === 1 && rest > 0 && rest < room ? rest : 0;
  return { fileHeader: first - before + after, before: before - after, after };
}

/**
 * The text begins too early for all of the gap to stand in front of it, so some stands behind. How much, the beginning of the file tells; when more
 * is left behind the last text of a whole file, and it is no filling, there is a short file header.
 */
function divided(bytes: Buffer, first: number, framing: Framing, whole: boolean): Placement {
  const after = framing.gap - first;
  const end = (framing.ends.at(-1) ?? bytes.length) + framing.terminator.length;
  const more = bytes.length - end - after;
  const isHeader =
    whole && framing.align === 1 && more > 0 && more < first && !isPadding(bytes.subarray(bytes.length - more));
  return isHeader
    ? { fileHeader: more, before: first - more, after: after + more }
    : { fileHeader: 0, before: first, after };
}

function isPadding(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === bytes[0]) && (bytes[0] === 0 || bytes[0] === 0x1a);
}

/** Bytes behind a text that are not all alike, so that they are fields and no padding. */
function trailing(bytes: Buffer, anchors: readonly number[], framing: Framing, before: number): number {
  const most = Math.max(0, framing.gap - before);
  for (let after = 0; after < most; after++) {
    let alike = 0;
    let total = 0;
    for (let index = 0; index + 1 < anchors.length; index++) {
      const end = framing.ends[index] as number;
      const from = end + framing.terminator.length + after;
      const to = (anchors[index + 1] as number) - before;
      if (end < 0 || to <= from || to - from > framing.align) continue;
      total++;
      if (bytes.subarray(from, to).every((byte) => byte === bytes[to - 1])) alike++;
    }
    if (alike >= total * 0.9) return after;
  }
  return most;
}

/** True when whole records follow each other from `from` up to exactly `to`, at least one. */
function recordsReach(bytes: Buffer, from: number, to: number, before: number, framing: Framing): boolean {
  let at = from;
  while (at < to) {
    const text = at + before;
    const end = text < to ? framing.endOf(text) : -1;
    if (end < text + 4 || end > to || !isPlainText(bytes, text, end)) return false;
    const size = end + framing.terminator.length - at;
    at += Math.ceil(size / framing.align) * framing.align;
  }
  return at === to && from < to;
}
