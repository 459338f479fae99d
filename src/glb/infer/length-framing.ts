import type { NumberForm } from "../layouts.ts";
import { readNumber } from "../numbers.ts";
import type { Framing } from "./framing.ts";
import { mostFrequent } from "./frequencies.ts";

/** A number in front of each text that follows the distance to the next one. */
interface LengthClue {
  /** Bytes from the number's first byte to the text. */
  readonly ahead: number;
  readonly width: number;
  readonly form: NumberForm;
  /** The number less the distance. */
  readonly offset: number;
  readonly fit: number;
}

const FORMS: readonly { width: number; form: NumberForm }[] = [
  { width: 2, form: "le" },
  { width: 2, form: "be" },
  { width: 4, form: "le" },
  { width: 4, form: "be" },
  { width: 1, form: "le" },
  ...[3, 4, 5, 6, 2].map((width) => ({ width, form: "decimal" as const })),
];
const FARTHEST = 64;
const ENOUGH = 0.6;

/**
 * The framing of texts without a terminator: some number in front of each gives its length. `undefined` when no number does, or when all
 * records are equally long, so that any constant would.
 */
export function findLengthFraming(bytes: Buffer, anchors: readonly number[]): Framing | undefined {
  const clue = findClue(bytes, anchors);
  if (clue === undefined) return undefined;
  const first = anchors[0] as number;
  // Without a file header, all that stands in front of the first text is a record's header; else the number counts the text alone.
  const gaps = [first, -clue.offset].filter((gap) => gap >= clue.ahead && gap <= 200).toSorted((a, b) => a - b);
  const gap = gaps.find((candidate) => textsAreClean(bytes, anchors, candidate));
  if (gap === undefined) return undefined;
  const plus = clue.offset + gap;
  const ends = anchors.map((anchor) => {
    const length = readNumber(bytes, anchor - clue.ahead, clue.width, clue.form) - plus;
    return length >= 0 && anchor + length <= bytes.length ? anchor + length : -1;
  });
  return { terminator: [], gap, widest: gap, align: 1, ends, fit: clue.fit };
}

function findClue(bytes: Buffer, anchors: readonly number[]): LengthClue | undefined {
  let best: LengthClue | undefined;
  for (const { width, form } of FORMS) {
    for (let ahead = width; ahead <= Math.min(FARTHEST, anchors[0] ?? 0); ahead++) {
      const offsets: number[] = [];
      const distances = new Set<number>();
      for (let index = 0; index + 1 < anchors.length; index++) {
        const anchor = anchors[index] as number;
        const distance = (anchors[index + 1] as number) - anchor;
        offsets.push(readNumber(bytes, anchor - ahead, width, form) - distance);
        distances.add(distance);
      }
      const usual = mostFrequent(offsets);
      if (usual === undefined || distances.size < 2 || usual.value > 0 || usual.value < -FARTHEST) continue;
      const fit = usual.count / offsets.length;
      if (fit >= ENOUGH && fit > (best?.fit ?? 0)) best = { ahead, width, form, offset: usual.value, fit };
    }
  }
  return best;
}

/** True when nearly all texts end `gap` bytes before the next begins, with nothing but text inside. */
function textsAreClean(bytes: Buffer, anchors: readonly number[], gap: number): boolean {
  let clean = 0;
  for (let index = 0; index + 1 < anchors.length; index++) {
    const end = (anchors[index + 1] as number) - gap;
    if (isText(bytes, anchors[index] as number, end)) clean++;
  }
  return clean / (anchors.length - 1) >= 0.9;
}

function isText(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) return false;
  }
  return true;
}
