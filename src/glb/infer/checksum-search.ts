import { checksumFunction, type Checksum } from "../checksum.ts";
import { coveredBytes, coveredChecksum } from "../layout-checksum.ts";
import type { Coverage } from "../layouts.ts";
import { readNumber } from "../numbers.ts";
import { regionStart, type NumberPlace } from "./columns.ts";
import { findPolynomials } from "./polynomial-search.ts";
import type { Row } from "./rows.ts";
import { usualRules } from "./usual-rules.ts";

/** A rule that explains the checksums of (nearly) all rows. */
export interface ChecksumRule {
  readonly checksum: Checksum;
  readonly covers: Coverage;
  readonly form: "le" | "be";
  /** 0 to 1: the share of rows it explains. */
  readonly fit: number;
}

/** Rows looked at; a wrong rule survives one of them once in 65536 times. */
const MAX_ROWS = 200;
/** Damage spares at least this share. */
const ENOUGH = 0.9;

/** Where checksums stand and what they may cover. */
export interface ChecksumPlace extends Pick<NumberPlace, "region" | "offset"> {
  /** Offsets in the record at which the covered bytes may begin: the text's, then those of the fields before it, descending. */
  readonly starts: readonly number[];
}

/**
 * Looks for the rule behind the 16-bit values at `place`: first the rules in use around 1990, then sums with any start value, then every
 * CRC-16 polynomial with both reflections and any start value; each over every coverage. `undefined` when none explains them, or too
 * few records are there to tell.
 */
export function findChecksumRule(
  bytes: Buffer,
  allRows: readonly Row[],
  place: ChecksumPlace,
): ChecksumRule | undefined {
  const step = Math.ceil(allRows.length / MAX_ROWS);
  const rows = allRows.filter((_, index) => index % step === 0);
  if (rows.length < 2) return undefined;
  const own = place.region === "before" ? place.offset : undefined;
  const stored = (form: "le" | "be") =>
    rows.map((row) => readNumber(bytes, regionStart(row, place.region) + place.offset, 2, form));
  const values = { le: stored("le"), be: stored("be") };
  const coverages = place.starts.flatMap((from): Coverage[] => [
    { from, to: "text" },
    { from, to: "terminator" },
  ]);
  const test = (checksum: Checksum, covers: Coverage): ChecksumRule | undefined => {
    const compute = coveredChecksum(checksumFunction(checksum), covers, own);
    for (const form of ["le", "be"] as const) {
      const fit = shareOf(rows, (row, index) => compute(bytes, row) === values[form][index]);
      if (fit >= ENOUGH) return { checksum, covers, form, fit };
    }
    return undefined;
  };
  for (const { checksum, covers } of candidates(bytes, rows, values, coverages, own)) {
    const rule = test(checksum, covers);
    if (rule !== undefined) return widest(rule, coverages, own, test);
  }
  return undefined;
}

/** The same rule over as many bytes as it holds for: zeros that the sample has in front may be other bytes later. */
function widest(
  rule: ChecksumRule,
  coverages: readonly Coverage[],
  own: number | undefined,
  test: (checksum: Checksum, covers: Coverage) => ChecksumRule | undefined,
): ChecksumRule {
  const wider = coverages
    .filter(({ from, to }) => from < rule.covers.from && to === rule.covers.to && from !== own)
    .toSorted((a, b) => a.from - b.from);
  for (const covers of wider) {
    const found = test(rule.checksum, covers);
    if (found !== undefined && found.form === rule.form && found.fit >= rule.fit) return found;
  }
  return rule;
}

/** The share of rows that fit; gives up early when it must stay below `ENOUGH`. */
function shareOf(rows: readonly Row[], fits: (row: Row, index: number) => boolean): number {
  let misses = 0;
  for (const [index, row] of rows.entries()) {
    if (!fits(row, index) && ++misses > rows.length * (1 - ENOUGH)) return 0;
  }
  return 1 - misses / rows.length;
}

type Values = Readonly<Record<"le" | "be", readonly number[]>>;

function* candidates(
  bytes: Buffer,
  rows: readonly Row[],
  values: Values,
  coverages: readonly Coverage[],
  own: number | undefined,
): Generator<{ checksum: Checksum; covers: Coverage }> {
  for (const covers of coverages) {
    const samples = rows.slice(0, 2).map((row, index) => ({
      covered: coveredBytes(bytes, row, covers, own),
      values: [values.le[index] as number, values.be[index] as number],
    }));
    for (const checksum of usualRules(samples)) yield { checksum, covers };
  }
  if (rows.length < 3) return;
  for (const covers of coverages) {
    for (const checksum of sumsFrom(bytes, rows[0] as Row, covers, own, values)) yield { checksum, covers };
  }
  if (rows.length >= 6) yield* findPolynomials(bytes, rows, values, coverages, own);
}

/** Every sum with the start value that one row asks for. */
function* sumsFrom(
  bytes: Buffer,
  row: Row,
  covers: Coverage,
  own: number | undefined,
  values: Values,
): Generator<Checksum> {
  for (const kind of ["sum", "negated-sum", "xor"] as const) {
    const computed = coveredChecksum(checksumFunction({ kind, start: 0 }), covers, own)(bytes, row);
    for (const form of ["le", "be"] as const) {
      const value = values[form][0] as number;
      yield { kind, start: kind === "xor" ? value ^ computed : (value - computed) & 0xffff };
    }
  }
}
