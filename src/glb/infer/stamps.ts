import { numbersAt, regionStart, type Claims, type NumberPlace, type Region } from "./columns.ts";
import { isDigitColumn } from "./digits.ts";
import type { Row } from "./rows.ts";

/** Seconds since 1970 at the beginning of a year. */
function year(year: number): number {
  return Date.UTC(year, 0, 1) / 1000;
}

/** From the most credible: the life of Exchange's DXA and of MS Mail; until soon; what a clock set wrong may give. */
const ANY_DATE = { rank: 1, from: year(1990), to: year(2100) };
const SPANS = [{ rank: 3, from: year(1993), to: year(2007) }, { rank: 2, from: year(1990), to: year(2040) }, ANY_DATE];
/** A list whose stamps lie farther apart than this is no list. */
const WIDEST_SPREAD = 15 * 366 * 86_400;
const ENOUGH = 0.95;

/** The place of the date stamps, or the places of which one is as credible as the other. */
export interface FoundStamp {
  readonly place: NumberPlace | undefined;
  /** True when all stamps are the same, so that other constant bytes may happen to look like them. */
  readonly isConstant: boolean;
  readonly rivals: readonly NumberPlace[];
}

/** Looks for date stamps in seconds among the free columns. */
export function findStamp(bytes: Buffer, rows: readonly Row[], regions: readonly Region[], claims: Claims): FoundStamp {
  const found: { place: NumberPlace; conduct: number; score: number }[] = [];
  for (const region of regions) {
    for (const { width, form } of FORMS) {
      for (let offset = 0; offset + width <= region.width; offset++) {
        if (!claims.isFree(region.name, offset, width)) continue;
        const place = { region: region.name, offset, width, form };
        // Four digits, read as bytes, are a date of 1995.
        if (form !== "decimal" && holdsDigits(bytes, rows, region, place)) continue;
        // Nine digits behind a digit are the end of ten.
        if (width === 9 && isDigitColumn(bytes, rows, region, offset - 1)) continue;
        const rank = stampRank(bytes, rows, place);
        if (rank === 0) continue;
        const conduct = conductOf(bytes, rows, place);
        found.push({ place, conduct, score: rank + 4 * conduct });
      }
    }
  }
  const most = Math.max(...found.map(({ score }) => score));
  const best = found.filter(({ score }) => score === most);
  const isConstant = best[0]?.conduct === CONSTANT;
  const places = best.map(({ place }) => place);
  return places.length === 1
    ? { place: places[0], isConstant, rivals: [] }
    : { place: undefined, isConstant, rivals: places };
}

const FORMS = [
  { width: 4, form: "le" },
  { width: 4, form: "be" },
  { width: 10, form: "decimal" },
  { width: 9, form: "decimal" },
] as const;

/** How credible it is by its years that date stamps stand at `place`; 0 for not at all. */
export function stampRank(bytes: Buffer, rows: readonly Row[], place: NumberPlace): number {
  const numbers = numbersAt(bytes, rows, place);
  const dates = numbers.filter((value) => value >= ANY_DATE.from && value < ANY_DATE.to).length;
  if (dates < numbers.length * ENOUGH) return 0;
  const sorted = numbers.toSorted((a, b) => a - b);
  // Misplaced by two bytes, a stamp's high half stands over zeros; four times the same byte is a filling.
  if (sorted.every((value) => value % 0x10000 === 0 || value % 0x1010101 === 0)) return 0;
  const low = sorted[Math.floor(sorted.length * 0.02)] as number;
  const high = sorted[Math.ceil(sorted.length * 0.98) - 1] as number;
  if (!(high - low <= WIDEST_SPREAD)) return 0;
  const span = SPANS.find(
    ({ from, to }) => sorted.filter((value) => value >= from && value < to).length >= sorted.length * ENOUGH,
  );
  return span?.rank ?? 0;
}

/** What numbers do from record to record, the more like time the higher. */
const GROWING = 2;
const CONSTANT = 1;
const ERRATIC = 0;

/**
 * Stamps grow, or stay the same, as constant bytes also do. They do not go up and down, as a checksum beside constant bytes does, nor change in
 * their high bytes alone, as a stamp's bytes in the wrong order do.
 */
function conductOf(bytes: Buffer, rows: readonly Row[], place: NumberPlace): number {
  const numbers = numbersAt(bytes, rows, place);
  const lowest = place.form === "le" ? place.offset : place.offset + place.width - 1;
  const lows = rows.map((row) => bytes[regionStart(row, place.region) + lowest] as number);
  let changes = 0;
  let lowChanges = 0;
  let falls = 0;
  for (let index = 1; index < numbers.length; index++) {
    const step = (numbers[index] as number) - (numbers[index - 1] as number);
    if (step !== 0) changes++;
    if (step !== 0 && lows[index] !== lows[index - 1]) lowChanges++;
    if (step < 0) falls++;
  }
  // Ten digits that give a date are none by accident.
  if (changes === 0) return place.form === "decimal" ? GROWING : CONSTANT;
  return lowChanges >= changes * 0.5 && falls <= Math.max(1, changes * 0.1) ? GROWING : ERRATIC;
}

/** A single digit may be a stamp's own high byte beside a number in digits. */
function holdsDigits(bytes: Buffer, rows: readonly Row[], region: Region, place: NumberPlace): boolean {
  const offsets = Array.from({ length: place.width }, (_, index) => place.offset + index);
  return offsets.filter((offset) => isDigitColumn(bytes, rows, region, offset)).length >= 2;
}
