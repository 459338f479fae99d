import { checksumFunction, crcTable, reverse16, type Checksum } from "../checksum.ts";
import { coveredChecksum } from "../layout-checksum.ts";
import type { Coverage } from "../layouts.ts";
import type { Row } from "./rows.ts";

type Crc = Extract<Checksum, { kind: "crc" }>;
type Values = Readonly<Record<"le" | "be", readonly number[]>>;

/** A CRC that explains the differences of some rows, with the start and final values that their lengths ask for. */
export interface PolynomialCandidate {
  readonly checksum: Crc;
  readonly covers: Coverage;
}

/**
 * Tries every CRC-16 polynomial. The CRCs of two equally long records differ by the CRC, started at zero, of their difference: so start
 * and final value drop out, and header bytes that both have in common as well. The start value then follows from records of
 * different length.
 */
export function* findPolynomials(
  bytes: Buffer,
  rows: readonly Row[],
  values: Values,
  coverages: readonly Coverage[],
  own: number | undefined,
): Generator<PolynomialCandidate> {
  const pairs = equallyLong(rows);
  const [first, ...others] = pairs;
  if (first === undefined || others.length < 3) return;
  const tried = new Set<string>();
  for (const covers of coverages) {
    const difference = differenceOf(bytes, rows, first, covers, own);
    const key = `${difference.toString("hex")} ${covers.to}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const wanted = targets(values, first);
    for (const reflected of [false, true]) {
      for (const polynomial of matchingPolynomials(difference, reflected, wanted)) {
        const confirmed = others.slice(0, 5).filter((pair) => {
          const value = crcOf(differenceOf(bytes, rows, pair, covers, own), polynomial, reflected);
          return targets(values, pair).includes(value);
        });
        if (confirmed.length < 3) continue;
        yield* withStartValues(bytes, rows, values, { polynomial, reflected }, covers, own);
      }
    }
  }
}

type Pair = readonly [number, number];

function equallyLong(rows: readonly Row[]): Pair[] {
  const waiting = new Map<number, number>();
  const pairs: Pair[] = [];
  for (const [index, row] of rows.entries()) {
    const length = row.textTo - row.textFrom;
    const other = waiting.get(length);
    if (other === undefined) waiting.set(length, index);
    else {
      pairs.push([other, index]);
      waiting.delete(length);
    }
  }
  return pairs;
}

/** The bytes in which two records differ, from the first difference on; zeros in front do not change a CRC that starts at zero. */
function differenceOf(
  bytes: Buffer,
  rows: readonly Row[],
  [a, b]: Pair,
  covers: Coverage,
  own: number | undefined,
): Buffer {
  const one = coveredBytes(bytes, rows[a] as Row, covers, own);
  const two = coveredBytes(bytes, rows[b] as Row, covers, own);
  const difference = Buffer.alloc(one.length);
  for (let index = 0; index < one.length; index++) difference[index] = (one[index] as number) ^ (two[index] as number);
  const first = difference.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : difference.subarray(first);
}

function coveredBytes(bytes: Buffer, row: Row, covers: Coverage, own: number | undefined): Buffer {
  let covered = Buffer.alloc(0);
  coveredChecksum(
    (all, from, to) => {
      covered = Buffer.from(all.subarray(from, to));
      return 0;
    },
    covers,
    own,
  )(bytes, row);
  return covered;
}

function targets(values: Values, [a, b]: Pair): number[] {
  return (["le", "be"] as const).map((form) => (values[form][a] as number) ^ (values[form][b] as number));
}

/** Every polynomial under which `data` has one of the `wanted` CRCs. Those without the lowest term are no CRCs. */
function matchingPolynomials(data: Buffer, reflected: boolean, wanted: readonly number[]): number[] {
  const found: number[] = [];
  for (let polynomial = 1; polynomial < 0x10000; polynomial += 2) {
    if (wanted.includes(crcOf(data, polynomial, reflected))) found.push(polynomial);
  }
  return found;
}

const nibbles = new Uint16Array(16);

/** The CRC of `data` with start and final value zero, by half bytes: the small table pays when each polynomial is used once. */
function crcOf(data: Buffer, polynomial: number, reflected: boolean): number {
  const turned = reflected ? reverse16(polynomial) : 0;
  for (let nibble = 0; nibble < 16; nibble++) {
    let value = reflected ? nibble : nibble << 12;
    for (let bit = 0; bit < 4; bit++) {
      if (reflected) value = value & 1 ? (value >>> 1) ^ turned : value >>> 1;
      else value = value & 0x8000 ? ((value << 1) ^ polynomial) & 0xffff : value << 1;
    }
    nibbles[nibble] = value;
  }
  let value = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at] as number;
    if (reflected) {
      value ^= byte;
      value = (value >>> 4) ^ (nibbles[value & 15] as number);
      value = (value >>> 4) ^ (nibbles[value & 15] as number);
    } else {
      value ^= byte << 8;
      value = ((value << 4) & 0xffff) ^ (nibbles[value >>> 12] as number);
      value = ((value << 4) & 0xffff) ^ (nibbles[value >>> 12] as number);
    }
  }
  return value;
}

/** The start and final values under which a polynomial explains two records of different length, the usual ones first. */
function* withStartValues(
  bytes: Buffer,
  rows: readonly Row[],
  values: Values,
  crc: Pick<Crc, "polynomial" | "reflected">,
  covers: Coverage,
  own: number | undefined,
): Generator<PolynomialCandidate> {
  const make = (start: number, xorOut: number): Crc => ({ kind: "crc", ...crc, start, xorOut });
  const left = rows[0] as Row;
  const right = rows.find((row) => row.textTo - row.textFrom !== left.textTo - left.textFrom);
  const zero = coveredChecksum(checksumFunction(make(0, 0)), covers, own);
  for (const form of ["le", "be"] as const) {
    const atLeft = (values[form][0] as number) ^ zero(bytes, left);
    if (right === undefined) {
      yield { checksum: make(0, atLeft), covers };
      continue;
    }
    const atRight = (values[form][rows.indexOf(right)] as number) ^ zero(bytes, right);
    const lengths = [left, right].map((row) => coveredBytes(bytes, row, covers, own).length) as [number, number];
    yield* startValues(make, lengths, atLeft, atRight, covers);
  }
}

function* startValues(
  make: (start: number, xorOut: number) => Crc,
  [leftLength, rightLength]: [number, number],
  atLeft: number,
  atRight: number,
  covers: Coverage,
): Generator<PolynomialCandidate> {
  const { polynomial, reflected } = make(0, 0);
  const table = crcTable(polynomial, reflected);
  const found: Crc[] = [];
  for (const start of [0, 0xffff, ...Array(0x10000).keys()]) {
    const left = overZeros(table, start, reflected, leftLength);
    if ((left ^ overZeros(table, start, reflected, rightLength)) !== (atLeft ^ atRight)) continue;
    found.push(make(start, left ^ atLeft));
    if (found.length >= 4) break;
  }
  const usual = (crc: Crc) => (crc.xorOut === 0 ? 0 : crc.xorOut === 0xffff ? 1 : 2);
  for (const checksum of found.toSorted((a, b) => usual(a) - usual(b))) yield { checksum, covers };
}

/** What a CRC makes of its start value over `count` zero bytes. */
function overZeros(table: Uint16Array, start: number, reflected: boolean, count: number): number {
  let value = reflected ? reverse16(start) : start;
  for (let index = 0; index < count; index++) {
    value = reflected
      ? (value >>> 8) ^ (table[value & 0xff] as number)
      : ((value << 8) & 0xffff) ^ (table[value >>> 8] as number);
  }
  return value;
}
