import { isFilling, textEnd, type Framing } from "./framing.ts";

const TERMINATORS: readonly (readonly number[])[] = [[13, 10, 0], [10, 0], [13, 0], [0], [13, 10], [10], [13]];

/** More bytes than this behind the text are something else than its record. */
const MAX_TAIL = 64;

/** The framing of a file with one text: it ends where the first terminator stands, and what is behind that belongs to it. */
export function singleRecord(bytes: Buffer, first: number): Framing | undefined {
  for (const terminator of TERMINATORS) {
    const end = textEnd(bytes, first, terminator);
    if (end < 0) continue;
    const tail = bytes.length - end - terminator.length;
    const isPart = tail <= MAX_TAIL && !isFilling(bytes.subarray(end + terminator.length));
    const gap = isPart ? first + tail : first;
    const endOf = (textFrom: number) => textEnd(bytes, textFrom, terminator);
    return { terminator, gap, widest: gap, align: 1, ends: [end], endOf, fit: 1 };
  }
  return undefined;
}
