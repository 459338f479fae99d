import { numbersAt, type Claims, type NumberPlace, type Region } from "./columns.ts";
import type { Row } from "./rows.ts";
import { isDigitColumn } from "./tracking.ts";

/** A place that may hold date stamps; the higher the rank, the more credible the years. */
export interface StampPlace extends NumberPlace {
  readonly rank: number;
}

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

/** The most credible place of a date stamp in seconds among the free columns, or `undefined`. */
export function findStamp(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  claims: Claims,
): StampPlace | undefined {
  const found: StampPlace[] = [];
  for (const region of regions) {
    for (const { width, form } of [
      { width: 4, form: "le" },
      { width: 4, form: "be" },
      { width: 10, form: "decimal" },
      { width: 9, form: "decimal" },
    ] as const) {
      for (let offset = 0; offset + width <= region.width; offset++) {
        if (!claims.isFree(region.name, offset, width)) continue;
        // Four digits, read as bytes, are a date of 1995.
        if (form !== "decimal" && isDigitColumn(bytes, rows, region, offset + 1)) continue;
        const place = { region: region.name, offset, width, form };
        const rank = stampRank(bytes, rows, place);
        if (rank > 0) found.push({ ...place, rank });
      }
    }
  }
  return found.toSorted((a, b) => b.rank - a.rank || evenness(b) - evenness(a))[0];
}

/** How credible it is that date stamps stand at `place`; 0 for not at all. */
export function stampRank(bytes: Buffer, rows: readonly Row[], place: NumberPlace): number {
  const numbers = numbersAt(bytes, rows, place);
  const dates = numbers.filter((value) => value >= ANY_DATE.from && value < ANY_DATE.to).length;
  if (dates < numbers.length * ENOUGH) return 0;
  const sorted = numbers.toSorted((a, b) => a - b);
  // Misplaced by two bytes, a stamp's high half stands over zeros.
  if (sorted.every((value) => value % 0x10000 === 0)) return 0;
  const low = sorted[Math.floor(sorted.length * 0.02)] as number;
  const high = sorted[Math.ceil(sorted.length * 0.98) - 1] as number;
  if (!(high - low <= WIDEST_SPREAD)) return 0;
  const span = SPANS.find(
    ({ from, to }) => sorted.filter((value) => value >= from && value < to).length >= sorted.length * ENOUGH,
  );
  return span?.rank ?? 0;
}

/** Digits say more than bytes; bytes on a multiple of 4 more than others. */
function evenness(place: NumberPlace): number {
  if (place.form === "decimal") return 4;
  return place.offset % 4 === 0 ? 3 : place.offset % 2 === 0 ? 2 : 1;
}
