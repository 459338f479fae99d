import type { NumberForm } from "../layouts.ts";
import { readNumber } from "../numbers.ts";
import { lineEndLength, transactionEnd } from "../text-bytes.ts";
import type { Framing, LengthClue } from "./framing.ts";
import { mostFrequent } from "./frequencies.ts";

/** A number in front of each text that follows the distance to the next one. */
interface DistanceClue extends Omit<LengthClue, "plus"> {
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
/** More anchors than this teach nothing new. */
const MAX_ANCHORS = 150;

/**
 * The framing of texts whose ends only a number in front of each tells: they have no terminator, or CR LF, which may as well stand within
 * a text. `undefined` when no number follows the distances, or when all records are equally long, so that any constant would.
 */
export function findLengthFraming(bytes: Buffer, anchors: readonly number[], whole: boolean): Framing | undefined {
  const framings = findClues(bytes, anchors, whole).flatMap((clue) => {
    const framing = framingOf(bytes, anchors, whole, clue);
    return framing === undefined ? [] : [framing];
  });
  const isEven = ({ gap, length }: Framing) => length !== undefined && (gap - length.ahead) % length.width === 0;
  return framings.find(isEven) ?? framings[0];
}

function framingOf(bytes: Buffer, anchors: readonly number[], whole: boolean, clue: DistanceClue): Framing | undefined {
  // Without a file header, all that stands in front of the first text is a record's header. Or the number counts the text alone.
  // Or the header begins where control characters begin.
  const gaps = [anchors[0] as number, -clue.offset, gapByContent(bytes, anchors)]
    .filter((gap) => gap >= clue.ahead && gap <= 200 && clue.offset + gap >= 0)
    .toSorted((a, b) => a - b);
  const clean = gaps.find((candidate) => textsAreClean(bytes, anchors, candidate, whole));
  if (clean === undefined) return undefined;
  const gap = clean + commonEndLength(bytes, anchors, clean);
  const { ahead, width, form, fit } = clue;
  const blockEnd = (textFrom: number) => {
    const length = readNumber(bytes, textFrom - ahead, width, form) - (clue.offset + gap);
    return length >= 0 && textFrom + length <= bytes.length ? textFrom + length : -1;
  };
  const terminator = commonEnding(bytes, anchors.map(blockEnd));
  const endOf = (textFrom: number) => {
    const end = blockEnd(textFrom);
    return end < 0 ? end : end - terminator.length;
  };
  const length = { ahead, width, form, plus: clue.offset + gap + terminator.length };
  return { terminator, gap, widest: gap, align: 1, ends: anchors.map(endOf), endOf, length, fit };
}

/** The usual distance from where a text and its line end stop, by their content, to the next text. */
function gapByContent(bytes: Buffer, anchors: readonly number[]): number {
  const gaps = anchors.slice(1).map((next, index) => {
    const end = transactionEnd(bytes, anchors[index] as number, next);
    return next - end - lineEndLength(bytes, end);
  });
  return mostFrequent(gaps)?.value ?? 0;
}

/** Fewer texts may well end alike. */
const ENOUGH_TEXTS = 8;

/**
 * Constant bytes of the next record's header that look like text: how many bytes all texts have in common at their end, line ends aside. One alone
 * says nothing.
 */
function commonEndLength(bytes: Buffer, anchors: readonly number[], gap: number): number {
  const nexts = anchors.slice(1);
  if (nexts.length < ENOUGH_TEXTS) return 0;
  let length = 0;
  for (; length < FARTHEST; length++) {
    const usual = mostFrequent(nexts.map((next) => bytes[next - gap - length - 1] as number));
    if (usual === undefined || usual.count < nexts.length * 0.95 || usual.value === 10 || usual.value === 13) break;
  }
  return length >= 2 ? length : 0;
}

/** The line end that nearly all texts have last, if one is there. */
function commonEnding(bytes: Buffer, ends: readonly number[]): number[] {
  const known = ends.filter((end) => end >= 0);
  const found = [[13, 10], [10], [13]].find(
    (ending) =>
      known.filter((end) => ending.every((byte, index) => bytes[end - ending.length + index] === byte)).length >=
      known.length * 0.95,
  );
  return known.length === 0 ? [] : (found ?? []);
}

/** The clues that fit best; several when the bytes beside a number are zeros. */
function findClues(bytes: Buffer, allAnchors: readonly number[], whole: boolean): DistanceClue[] {
  const anchors = allAnchors.slice(0, MAX_ANCHORS);
  const first = anchors[0] ?? 0;
  // In a whole file the last text ends with the file, as if another record began there; needed only where there are few.
  const nexts = whole && anchors.length <= 2 ? [...anchors.slice(1), bytes.length + first] : anchors.slice(1);
  const clues: DistanceClue[] = [];
  for (const { width, form } of FORMS) {
    for (let ahead = width; ahead <= Math.min(FARTHEST, first); ahead++) {
      const offsets: number[] = [];
      const distances = new Set<number>();
      for (const [index, next] of nexts.entries()) {
        const anchor = anchors[index] as number;
        const distance = next - anchor;
        offsets.push(readNumber(bytes, anchor - ahead, width, form) - distance);
        distances.add(distance);
      }
      const usual = mostFrequent(offsets);
      if (usual === undefined || usual.value > 0 || usual.value < -FARTHEST) continue;
      if (distances.size < 2 && usual.value !== -first) continue;
      const fit = usual.count / offsets.length;
      if (fit >= ENOUGH) clues.push({ ahead, width, form, offset: usual.value, fit });
    }
  }
  const most = Math.max(...clues.map(({ fit }) => fit));
  return clues.filter(({ fit }) => fit >= most);
}

/** True when nearly all texts end `gap` bytes before the next begins, with nothing but text inside. */
function textsAreClean(bytes: Buffer, anchors: readonly number[], gap: number, whole: boolean): boolean {
  const ends = anchors.slice(1).map((anchor) => anchor - gap);
  if (whole && anchors.length <= 2) ends.push(bytes.length);
  const clean = ends.filter(
    (end, index) => end > (anchors[index] as number) && transactionEnd(bytes, anchors[index] as number, end) === end,
  );
  return clean.length >= ends.length * 0.9;
}
