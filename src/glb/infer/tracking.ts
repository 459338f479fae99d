import type { NumberForm } from "../layouts.ts";
import { numbersAt, type Claims, type NumberPlace, type Region } from "./columns.ts";
import { isDigitColumn } from "./digits.ts";
import { majority, mostFrequent } from "./frequencies.ts";
import type { Row } from "./rows.ts";

/** What a wanted number does from record to record. */
export interface Target {
  /** One value a row: the number less this is the same in all rows. */
  readonly values: readonly number[];
  /** True when that holds only between neighbours, as for a running number that may skip. */
  readonly onlyNeighbours: boolean;
  /** Whether a number of this size, this far from its target, makes sense. */
  plausible(usual: number, offset: number): boolean;
}

/** A place whose number follows a target. */
export interface Tracked extends NumberPlace {
  /** 0 to 1. */
  readonly fit: number;
  /** Number less target, where that is the same everywhere. */
  readonly plus: number;
}

/** A place at its full width, with the places that would do as well and give other numbers. */
export interface Widened extends Tracked {
  readonly rivals: readonly NumberPlace[];
}

const ENOUGH = 0.8;
const WIDTHS = [1, 2, 4] as const;

/**
 * The narrowest places whose numbers follow `target`: for binary numbers wide enough to have been seen carrying over, for digits wide
 * enough to be seen counting. Widening them is for later, when the neighbours' claims are known.
 */
export function findTracked(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  target: Target,
  claims: Claims,
): Tracked[] {
  const found: Tracked[] = [];
  for (const region of regions) {
    for (let low = 0; low < region.width; low++) {
      for (const form of formsAt(bytes, rows, region, low)) {
        const narrowest = narrowestFit(bytes, rows, region, low, form, target, claims);
        if (narrowest !== undefined && !found.some((other) => sameBytes(other, narrowest))) found.push(narrowest);
      }
    }
  }
  return found.toSorted((a, b) => b.fit - a.fit);
}

/**
 * The same number as wide as it can be: 4 bytes before 2 before 1, or up to 10 digits, as long as it still follows the target, makes sense and
 * takes no byte of another field. A one-byte number may turn out to be either end of a wider one.
 */
export function widen(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  place: Tracked,
  target: Target,
  claims: Claims,
): Widened {
  const low = place.form === "le" ? place.offset : place.offset + place.width - 1;
  const forms: NumberForm[] = place.form === "decimal" ? ["decimal"] : place.width === 1 ? ["le", "be"] : [place.form];
  const widths = place.form === "decimal" ? [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] : [4, 3, 2];
  const region = regions.find(({ name }) => name === place.region);
  const candidates = [place];
  for (const width of widths.filter((width) => width > place.width)) {
    for (const form of forms) {
      const offset = form === "le" ? low : low - width + 1;
      if (region === undefined || offset < 0 || offset + width > region.width) continue;
      if (!freeBut(claims, place, offset, width)) continue;
      const candidate = measure(bytes, rows, { region: place.region, offset, width, form }, target);
      if (candidate !== undefined) candidates.push(candidate);
    }
  }
  const chosen = best(
    candidates.filter((candidate) => !hasForeignDigit(bytes, rows, candidate)),
    rows.length,
  );
  return { ...chosen, rivals: rivalsOf(bytes, rows, chosen, candidates) };
}

/**
 * Readings that follow the target as well and give other numbers: without a carry nobody can tell which byte is the high one, or whether a constant
 * byte belongs to the number. Four bytes of which the highest is zero, and digits, are one number beyond reasonable doubt.
 */
function rivalsOf(
  bytes: Buffer,
  rows: readonly Row[],
  chosen: Tracked,
  candidates: readonly Tracked[],
): readonly NumberPlace[] {
  const first = (place: NumberPlace) => numbersAt(bytes, rows.slice(0, 1), place)[0] as number;
  const isSettled = (rival: Tracked) =>
    rival.form === chosen.form &&
    (chosen.form === "decimal"
      ? beginsWithZero(bytes, rows, chosen) && rival.width < chosen.width
      : chosen.width === 4);
  return candidates.filter(
    (rival) =>
      rival !== chosen &&
      rival.width > 1 &&
      rival.fit > chosen.fit - 1 / (2 * rows.length) &&
      first(rival) !== first(chosen) &&
      !isSettled(rival),
  );
}

/** Numbers in digits are filled up with zeros in front. */
function beginsWithZero(bytes: Buffer, rows: readonly Row[], place: NumberPlace): boolean {
  return numbersAt(bytes, rows.slice(0, 1), { ...place, width: 1 })[0] === 0;
}

/** True for digits of which the first is none of the number's, as zeros that fill it up stand behind. */
function hasForeignDigit(bytes: Buffer, rows: readonly Row[], place: NumberPlace): boolean {
  const { form, offset, width } = place;
  if (form !== "decimal" || width < 7 || beginsWithZero(bytes, rows, place)) return false;
  return beginsWithZero(bytes, rows, { ...place, offset: offset + 1 });
}

/** Damage costs a wider number a little more fit than a narrower one. */
const NEARLY = 0.02;

/**
 * The best reading of a number. A carry seen once tells the true byte order, so the order with the best fit counts, and in it the widest number
 * that fits nearly as well. Between orders that fit alike, the wider number, then the one that lies on a multiple of its width.
 */
function best(candidates: readonly Tracked[], rows: number): Tracked {
  const orders = (["le", "be", "decimal"] as const).flatMap((form) => {
    const same = candidates.filter((candidate) => candidate.form === form || candidate.width === 1);
    if (!same.some((candidate) => candidate.form === form)) return [];
    const fit = Math.max(...same.map((candidate) => candidate.fit));
    const widest = same
      .filter((candidate) => candidate.fit > fit - NEARLY)
      .reduce((a, b) => (b.width > a.width ? b : a));
    return [{ fit, widest }];
  });
  const most = Math.max(...orders.map(({ fit }) => fit));
  const equals = orders.filter(({ fit }) => fit > most - 1 / (2 * rows)).map(({ widest }) => widest);
  const width = Math.max(...equals.map((candidate) => candidate.width));
  const wide = equals.filter((candidate) => candidate.width === width);
  return (wide.find((candidate) => candidate.offset % candidate.width === 0) ?? wide[0]) as Tracked;
}

/** How well the number at a place follows the target; `undefined` when it does not, or makes no sense. */
export function measure(bytes: Buffer, rows: readonly Row[], place: NumberPlace, target: Target): Tracked | undefined {
  const numbers = numbersAt(bytes, rows, place);
  if (target.onlyNeighbours && neighbourFit(rows, numbers, target) < ENOUGH) return undefined;
  const offsets = numbers.map((number, index) => number - (target.values[index] as number));
  // Where one value must make up most of all, it is found without counting the others.
  const usual = target.onlyNeighbours ? mostFrequent(offsets) : majority(offsets);
  if (usual === undefined) return undefined;
  const fit = target.onlyNeighbours ? neighbourFit(rows, numbers, target) : usual.count / rows.length;
  if (fit < ENOUGH) return undefined;
  const middle = numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
  if (!target.plausible(middle, usual.value)) return undefined;
  return { ...place, fit, plus: usual.value };
}

function narrowestFit(
  bytes: Buffer,
  rows: readonly Row[],
  region: Region,
  low: number,
  form: NumberForm,
  target: Target,
  claims: Claims,
): Tracked | undefined {
  const widths = form === "decimal" ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : WIDTHS;
  let best: Tracked | undefined;
  for (const width of widths) {
    const offset = form === "le" ? low : low - width + 1;
    if (offset < 0 || offset + width > region.width || !claims.isFree(region.name, offset, width)) continue;
    const found = measure(bytes, rows, { region: region.name, offset, width, form }, target);
    // A carry that was seen shows in the fit.
    if (found !== undefined && found.fit > (best?.fit ?? 0) + 1 / (2 * rows.length)) best = found;
    if (best?.fit === 1) break;
  }
  return best;
}

/** Digits are read as digits: where nearly all rows have some, no byte order makes sense. */
function formsAt(bytes: Buffer, rows: readonly Row[], region: Region, offset: number): NumberForm[] {
  return isDigitColumn(bytes, rows, region, offset) ? ["decimal"] : ["le", "be"];
}

function neighbourFit(rows: readonly Row[], numbers: readonly number[], target: Target): number {
  let fitting = 0;
  let total = 0;
  for (let index = 1; index < rows.length; index++) {
    if (rows[index]?.follows !== true) continue;
    total++;
    const step = (numbers[index] as number) - (numbers[index - 1] as number);
    if (step === (target.values[index] as number) - (target.values[index - 1] as number)) fitting++;
  }
  return total === 0 ? 0 : fitting / total;
}

function sameBytes(a: NumberPlace, b: NumberPlace): boolean {
  return a.region === b.region && a.offset < b.offset + b.width && b.offset < a.offset + a.width;
}

function freeBut(claims: Claims, own: NumberPlace, offset: number, width: number): boolean {
  for (let at = offset; at < offset + width; at++) {
    const isOwn = at >= own.offset && at < own.offset + own.width;
    if (!isOwn && !claims.isFree(own.region, at, 1)) return false;
  }
  return true;
}
