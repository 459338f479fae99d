import { noClaims, type Claims, type NumberPlace, type Region } from "./columns.ts";
import type { LengthClue } from "./framing.ts";
import type { Row } from "./rows.ts";
import { findStamp, stampRank, type FoundStamp } from "./stamps.ts";
import { findTracked, measure, widen, type Target, type Tracked, type Widened } from "./tracking.ts";

/** The numbers that were recognized beside the texts. */
export interface FoundFields {
  readonly sync: Widened | undefined;
  readonly stamp: FoundStamp;
  readonly length: (Tracked & { readonly slot: boolean }) | undefined;
  /** Columns not given to any of them. */
  readonly claims: Claims;
}

/** Sync numbers count updates; more than this many nobody has made. */
const MAX_SYNC = 2 ** 24;

/** Recognizes length, sync number and date stamp by what they do from record to record. */
export function findFields(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  known: LengthClue | undefined,
): FoundFields {
  const claims = noClaims();
  const take = (place: NumberPlace) => claims.take(place.region, place.offset, place.width);
  const given = known && { ...givenLength(known, regions), slot: false };
  if (given !== undefined) take(given);

  const lengthTarget = given === undefined ? bestLengthTarget(bytes, rows, regions, claims) : undefined;
  const length = lengthTarget?.core;
  if (length !== undefined) take(length);
  const syncTarget = runningNumbers(rows);
  const core = chooseSync(bytes, rows, regions, claims, syncTarget);
  // Digits belong together; bytes beside a number may as well be a date stamp's, which is therefore looked for first.
  const sync = core?.form === "decimal" ? widen(bytes, rows, regions, core, syncTarget, claims) : core;
  if (sync !== undefined) take(sync);
  const stamp = findStamp(bytes, rows, regions, claims);
  if (stamp.place !== undefined) take(stamp.place);

  const wideLength = length && lengthTarget && widen(bytes, rows, regions, length, lengthTarget.target, claims);
  if (wideLength !== undefined) take(wideLength);
  const wideSync = sync && widen(bytes, rows, regions, sync, syncTarget, claims);
  if (wideSync !== undefined) take(wideSync);
  return {
    sync: wideSync,
    stamp,
    length: given ?? (wideLength && { ...wideLength, slot: lengthTarget?.slot ?? false }),
    claims,
  };
}

/** The length field that the texts' framing rests on. */
function givenLength(known: LengthClue, regions: readonly Region[]): Tracked {
  const before = regions.find(({ name }) => name === "before")?.width ?? 0;
  return {
    region: "before",
    offset: before - known.ahead,
    width: known.width,
    form: known.form,
    plus: known.plus,
    fit: 1,
  };
}

function runningNumbers(rows: readonly Row[]): Target {
  return {
    values: rows.map((_, index) => index),
    onlyNeighbours: true,
    plausible: (usual) => usual < MAX_SYNC,
  };
}

/** Of several columns that count up by one, the one that cannot as well be the seconds of a date stamp. */
function chooseSync(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  claims: Claims,
  target: Target,
): Tracked | undefined {
  const cores = findTracked(bytes, rows, regions, target, claims);
  const inStamp = (core: Tracked): boolean => {
    const low = core.form === "le" ? core.offset : core.offset + core.width - 1;
    const places: NumberPlace[] = [
      { region: core.region, offset: low, width: 4, form: "le" },
      { region: core.region, offset: low - 3, width: 4, form: "be" },
      { region: core.region, offset: low - 9, width: 10, form: "decimal" },
      { region: core.region, offset: low - 8, width: 9, form: "decimal" },
    ];
    const region = regions.find(({ name }) => name === core.region);
    return places.some(
      (place) =>
        region !== undefined &&
        place.offset >= 0 &&
        place.offset + place.width <= region.width &&
        stampRank(bytes, rows, place) >= 2,
    );
  };
  const clear = cores.filter((core) => !inStamp(core));
  if (clear.length > 0) return clear[0];
  // A single counter that looks like a date and makes no sense as a wider number is a date.
  return cores.find((core) => widen(bytes, rows, regions, core, target, claims).width > 1);
}

interface LengthTarget {
  readonly target: Target;
  readonly core: Tracked;
  readonly slot: boolean;
}

function bestLengthTarget(
  bytes: Buffer,
  rows: readonly Row[],
  regions: readonly Region[],
  claims: Claims,
): LengthTarget | undefined {
  const overhead = regions.reduce((sum, { width }) => sum + width, 0);
  const lengths = rows.map((row) => row.textTo - row.textFrom);
  const sample = rows[0];
  if (sample === undefined) return undefined;
  const terminator = sample.terminatedTo - sample.textTo;
  const varied = new Set(lengths).size >= 3;
  const usualPlus = [0, terminator, terminator + overhead];
  const text: Target = {
    values: lengths,
    onlyNeighbours: false,
    plausible: (usual, plus) =>
      usual > 0 && (varied ? plus >= 0 && plus <= overhead + terminator : usualPlus.includes(plus)),
  };
  const slot: Target = {
    values: rows.map((row) => row.next - row.at),
    onlyNeighbours: false,
    plausible: (usual, plus) => usual > 0 && plus === 0,
  };
  const found = [
    ...findTracked(bytes, rows, regions, text, claims).map((core) => ({ target: text, core, slot: false })),
    ...findTracked(bytes, rows, regions, slot, claims).map((core) => ({ target: slot, core, slot: true })),
  ].toSorted((a, b) => b.core.fit - a.core.fit);
  const best = found[0];
  if (best === undefined) return undefined;
  // With few texts of few lengths a single byte proves little: it must hold as a 16-bit number.
  if (!varied && measure(bytes, rows, best.core, best.target)?.width === 1) {
    return widen(bytes, rows, regions, best.core, best.target, claims).width > 1 ? best : undefined;
  }
  return best;
}
