import { checksumFunction, type Checksum } from "../checksum.ts";
import { coveredChecksum } from "../layout-checksum.ts";
import type { Coverage } from "../layouts.ts";
import { readNumber } from "../numbers.ts";
import { regionStart, type NumberPlace } from "./columns.ts";
import { findPolynomials } from "./polynomial-search.ts";
import type { Row } from "./rows.ts";

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

/**
 * Looks for the rule behind the 16-bit values at `place`: first the rules in use around 1990 over every coverage, then every CRC-16
 * polynomial with both reflections, and any start value. `undefined` when none explains them, or too few records are there to tell.
 */
export function findChecksumRule(
  bytes: Buffer,
  allRows: readonly Row[],
  place: Pick<NumberPlace, "region" | "offset">,
  textOffset: number,
): ChecksumRule | undefined {
  const rows = allRows.slice(0, MAX_ROWS);
  if (rows.length < 2) return undefined;
  const own = place.region === "before" ? place.offset : undefined;
  const stored = (form: "le" | "be") =>
    rows.map((row) => readNumber(bytes, regionStart(row, place.region) + place.offset, 2, form));
  const values = { le: stored("le"), be: stored("be") };
  const test = (checksum: Checksum, covers: Coverage): ChecksumRule | undefined => {
    const compute = coveredChecksum(checksumFunction(checksum), covers, own);
    for (const form of ["le", "be"] as const) {
      let fitting = 0;
      for (const [index, row] of rows.entries()) {
        if (compute(bytes, row) === values[form][index]) fitting++;
        else if (index + 1 - fitting > rows.length * (1 - ENOUGH)) break;
      }
      if (fitting >= Math.max(2, rows.length * ENOUGH)) return { checksum, covers, form, fit: fitting / rows.length };
    }
    return undefined;
  };
  const coverages = allCoverages(textOffset);
  for (const covers of coverages) {
    for (const checksum of catalogue(bytes, rows, covers, own, values)) {
      const rule = test(checksum, covers);
      if (rule !== undefined) return rule;
    }
  }
  if (rows.length < 6) return undefined;
  for (const { checksum, covers } of findPolynomials(bytes, rows, values, coverages, own)) {
    const rule = test(checksum, covers);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** The text alone and the text with its terminator first, then with ever more of the header. */
function allCoverages(textOffset: number): Coverage[] {
  const found: Coverage[] = [];
  for (let from = textOffset; from >= 0; from--) found.push({ from, to: "text" }, { from, to: "terminator" });
  return found;
}

/** CRC-16 polynomials with a name. */
const POLYNOMIALS = [0x1021, 0x8005, 0x8bb7, 0x3d65, 0xa097, 0xc867, 0x0589, 0x5935, 0x755b, 0x1dcf, 0x6f63, 0x080b];

const CRCS: readonly Checksum[] = POLYNOMIALS.flatMap((polynomial) =>
  [0, 0xffff, 0x1d0f].flatMap((start) =>
    [false, true].flatMap((reflected) =>
      [0, 0xffff].map((xorOut): Checksum => ({ kind: "crc", polynomial, start, reflected, xorOut })),
    ),
  ),
);

/** The named CRCs that explain the first row or the second, and every sum with the start value that the first row asks for. */
function* catalogue(
  bytes: Buffer,
  rows: readonly Row[],
  covers: Coverage,
  own: number | undefined,
  values: Record<"le" | "be", number[]>,
): Generator<Checksum> {
  for (const kind of ["sum", "negated-sum", "xor"] as const) {
    const computed = coveredChecksum(checksumFunction({ kind, start: 0 }), covers, own)(bytes, rows[0] as Row);
    for (const form of ["le", "be"] as const) {
      const value = values[form][0] as number;
      yield { kind, start: kind === "xor" ? value ^ computed : (value - computed) & 0xffff };
    }
  }
  for (const start of [0, 0xffff]) yield { kind: "rotated-sum", start };
  for (const [index, checksum] of CRCS.entries()) {
    const compute = coveredChecksum(CRC_FUNCTIONS[index] as ReturnType<typeof checksumFunction>, covers, own);
    const hits = [0, 1].some((row) => {
      const value = compute(bytes, rows[row] as Row);
      return value === values.le[row] || value === values.be[row];
    });
    if (hits) yield checksum;
  }
}

const CRC_FUNCTIONS = CRCS.map(checksumFunction);
