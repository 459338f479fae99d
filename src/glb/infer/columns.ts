import { readNumber } from "../numbers.ts";
import type { NumberForm } from "../layouts.ts";
import type { Row } from "./rows.ts";

/** The bytes beside the texts, as columns: `before` is counted from a record's first byte, `after` from the end of its terminator. */
export interface Region {
  readonly name: "before" | "after";
  readonly width: number;
}

/** A number that stands in the same place of every record. */
export interface NumberPlace {
  readonly region: Region["name"];
  readonly offset: number;
  readonly width: number;
  readonly form: NumberForm;
}

/** First byte of a region in a record. */
export function regionStart(row: Row, region: Region["name"]): number {
  return region === "before" ? row.at : row.terminatedTo;
}

/** The number at `place` in each row; `NaN` where digits were expected and none stand. */
export function numbersAt(bytes: Buffer, rows: readonly Row[], place: NumberPlace): number[] {
  return rows.map((row) => readNumber(bytes, regionStart(row, place.region) + place.offset, place.width, place.form));
}

/** Columns already given to a field. */
export interface Claims {
  isFree(region: Region["name"], offset: number, width: number): boolean;
  take(region: Region["name"], offset: number, width: number): void;
}

export function noClaims(): Claims {
  const taken: Record<Region["name"], boolean[]> = { before: [], after: [] };
  return {
    isFree(region, offset, width) {
      for (let at = offset; at < offset + width; at++) if (taken[region][at] === true) return false;
      return true;
    },
    take(region, offset, width) {
      for (let at = offset; at < offset + width; at++) taken[region][at] = true;
    },
  };
}
