import { isPlainText } from "../text-bytes.ts";
import { endsClean, findFraming, withFilling, type Framing } from "./framing.ts";
import { countBy } from "./frequencies.ts";
import { findLengthFraming } from "./length-framing.ts";
import { singleRecord } from "./single-record.ts";

/** Shares that differ by less say nothing. */
const EQUAL = 0.02;
/** Nor does it in a short file when two or three neighbours differ: an anchor that is none costs a length one neighbour more than a terminator. */
const EQUAL_NEIGHBOURS = 2.5;
const EQUAL_AT_MOST = 0.06;

/** The framing that explains the texts best: by their terminators or by a number that tells their lengths. */
export function chooseFraming(bytes: Buffer, anchors: readonly number[], whole: boolean): Framing | undefined {
  const first = anchors[0] as number;
  const byTerminator = anchors.length === 1 ? singleRecord(bytes, first) : findFraming(bytes, anchors, whole);
  const byLength = findLengthFraming(bytes, anchors, whole);
  if (byTerminator === undefined) return byLength;
  const isBetter = byLength !== undefined && lengthIsBetter(bytes, anchors, whole, byTerminator, byLength);
  return withFilling(bytes, anchors, isBetter ? byLength : byTerminator);
}

/**
 * Texts without a terminator may seem to end in a NUL that is the high byte of the next length; texts in slots may seem to be shorter than they are. What
 * tells, the most telling first: how many records fit; whether a whole file ends with a record; whether texts would be cut short; whether the
 * length stands right behind the text, where a NUL could be part of it; whether a file header would be needed.
 */
function lengthIsBetter(
  bytes: Buffer,
  anchors: readonly number[],
  whole: boolean,
  byTerminator: Framing,
  byLength: Framing,
): boolean {
  const equal = Math.max(EQUAL, Math.min(EQUAL_AT_MOST, EQUAL_NEIGHBOURS / anchors.length));
  if (Math.abs(byTerminator.fit - byLength.fit) > equal) return byLength.fit > byTerminator.fit;
  const [a, b] = [tidiness(bytes, byTerminator), tidiness(bytes, byLength)];
  if (whole && a !== b) return b > a;
  const cut = countBy(
    anchors.map((_, index) => textBetween(bytes, byLength.ends[index] ?? -1, byTerminator.ends[index] ?? -1)),
  );
  const lengths = [...cut].filter(([length, count]) => length >= 0 && count > anchors.length * 0.1);
  if (lengths.length >= 2) return false;
  const isSame = (cut.get(0) ?? 0) >= anchors.length * 0.9;
  if (isSame && byTerminator.terminator.length > 0) return (byLength.length?.ahead ?? 0) >= byLength.gap;
  const isExact = ({ gap, widest }: Framing) => (anchors[0] as number) >= gap && (anchors[0] as number) <= widest;
  return isExact(byTerminator) === isExact(byLength) || isExact(byLength);
}

/** 2 when nothing stands behind the last text of the file, 1 when filling does, 0 when something else does. */
function tidiness(bytes: Buffer, { ends, terminator }: Framing): number {
  if (!endsClean(bytes, ends, terminator)) return 0;
  return (ends.at(-1) ?? 0) + terminator.length === bytes.length ? 2 : 1;
}

/** Bytes of plain text from one end to the other; -1 where there is no such text. */
function textBetween(bytes: Buffer, from: number, to: number): number {
  return from >= 0 && to >= from && isPlainText(bytes, from, to) ? to - from : -1;
}
