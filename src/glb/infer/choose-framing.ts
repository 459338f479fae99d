import { endsClean, findFraming, withFilling, type Framing } from "./framing.ts";
import { findLengthFraming } from "./length-framing.ts";
import { singleRecord } from "./single-record.ts";

/** Shares that differ by less say nothing. */
const EQUAL = 0.02;

/** The framing that explains the texts best: by their terminators or by a number that tells their lengths. */
export function chooseFraming(bytes: Buffer, anchors: readonly number[], whole: boolean): Framing | undefined {
  const first = anchors[0] as number;
  const byTerminator = anchors.length === 1 ? singleRecord(bytes, first) : findFraming(bytes, anchors, whole);
  const byLength = findLengthFraming(bytes, anchors, whole);
  if (byTerminator === undefined) return byLength;
  const chosen = byLength !== undefined && lengthIsBetter(byTerminator, byLength) ? byLength : byTerminator;
  return withFilling(bytes, anchors, chosen);

  /**
   * Texts without a terminator may seem to end in a NUL that is the high byte of the next length, and nearly all of them may. A framing
   * under which no file header is needed is better, then one under which the file ends with a record.
   */
  function lengthIsBetter(a: Framing, b: Framing): boolean {
    if (Math.abs(a.fit - b.fit) > EQUAL) return b.fit > a.fit;
    const isExact = (framing: Framing) => first >= framing.gap && first <= framing.widest;
    if (isExact(a) !== isExact(b)) return isExact(b);
    const isClean = (framing: Framing) => endsClean(bytes, framing.ends, framing.terminator);
    if (whole && isClean(a) !== isClean(b)) return isClean(b);
    const sameEnds = a.gap + a.terminator.length === b.gap + b.terminator.length;
    return !sameEnds || (b.length?.ahead ?? 0) > a.gap;
  }
}
