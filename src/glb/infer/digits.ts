import { regionStart, type Region } from "./columns.ts";
import type { Row } from "./rows.ts";

/** Fewer digits beside each other may as well be bytes that happen to look like them. */
const FEWEST = 3;

/** True when nearly all rows have an ASCII digit in a column, and in enough columns beside it for a number in digits. */
export function isDigitColumn(bytes: Buffer, rows: readonly Row[], region: Region, offset: number): boolean {
  const areDigits = (at: number) =>
    at >= 0 &&
    at < region.width &&
    rows.filter((row) => isDigit(bytes[regionStart(row, region.name) + at] as number)).length >= rows.length * 0.95;
  if (!areDigits(offset)) return false;
  let count = 1;
  for (let at = offset - 1; count < FEWEST && areDigits(at); at--) count++;
  for (let at = offset + 1; count < FEWEST && areDigits(at); at++) count++;
  return count >= FEWEST;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
