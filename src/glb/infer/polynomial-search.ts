import { checksumFunction, crcTable, reverse16, type Checksum } from "../checksum.ts";
import { commonDivisor, degree, remainder } from "./binary-polynomials.ts";
import { coveredBytes, coveredChecksum } from "../layout-checksum.ts";
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
 * Finds any CRC-16 polynomial. The CRCs of two equally long records differ by the CRC, started at zero, of their difference: so start
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
  const known = new Map<string, Pick<Crc, "polynomial" | "reflected">[]>();
  for (const covers of coverages) {
    const clues = differences(pairs, values, (pair) => differenceOf(bytes, rows, pair, covers, own));
    if (clues.length < LEAST_CLUES) continue;
    // Coverages that differ in bytes which all pairs share have the same polynomials, and other start values.
    const key = `${clues.map(({ data }) => data.toString("hex")).join(" ")} ${covers.to}`;
    const polynomials = known.get(key) ?? confirmedPolynomials(clues);
    known.set(key, polynomials);
    for (const polynomial of polynomials) yield* withStartValues(bytes, rows, values, polynomial, covers, own);
  }
}

/** The difference of two equally long records, and what its CRC must be, in either byte order. */
interface Difference {
  readonly data: Buffer;
  readonly wanted: readonly number[];
}

const LEAST_CLUES = 4;
const MOST_CLUES = 6;
/** More polynomials than this that all explain some differences are no explanation. */
const MOST_POLYNOMIALS = 4;

/** Some differences, each another one: records that are alike say nothing. */
function differences(pairs: readonly Pair[], values: Values, differenceOfPair: (pair: Pair) => Buffer): Difference[] {
  const found = new Map<string, Difference>();
  for (const pair of pairs) {
    const data = differenceOfPair(pair);
    if (data.length > 0) found.set(data.toString("hex"), { data, wanted: targets(values, pair) });
    if (found.size >= MOST_CLUES) break;
  }
  return [...found.values()];
}

/** The polynomials that explain most differences: damage may have hit some. */
function confirmedPolynomials(differences: readonly Difference[]): Pick<Crc, "polynomial" | "reflected">[] {
  const found = [false, true].flatMap((reflected) =>
    polynomialsBehind(differences, reflected)
      .filter((polynomial) => {
        const agree = ({ data, wanted }: Difference) => wanted.includes(crcOf(data, polynomial, reflected));
        return differences.filter(agree).length >= LEAST_CLUES;
      })
      .map((polynomial) => ({ polynomial, reflected })),
  );
  return found.length <= MOST_POLYNOMIALS ? found : [];
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

function targets(values: Values, [a, b]: Pair): number[] {
  return (["le", "be"] as const).map((form) => (values[form][a] as number) ^ (values[form][b] as number));
}

/**
 * Polynomials under which two of the differences, and whichever others go with them, have the wanted CRCs. A CRC is a remainder: so a message with its CRC
 * behind it is a multiple of the polynomial, and the polynomial a divisor of what several messages have in common.
 */
function polynomialsBehind(differences: readonly Difference[], reflected: boolean): number[] {
  const found = new Set<number>();
  for (const form of [0, 1]) {
    const multiples = differences.map(({ data, wanted }) => withCrc(data, wanted[form] as number, reflected));
    // With so many in agreement, one of the first is among them.
    for (const [index, first] of multiples.slice(0, multiples.length - LEAST_CLUES + 1).entries()) {
      let common = first;
      for (const other of multiples.slice(index + 1)) {
        const less = commonDivisor(common, other);
        if (degree(less) >= 16) common = less;
      }
      // A divisor that is not common to any other message is none.
      if (common !== first) for (const polynomial of divisorsOfDegree16(common)) found.add(polynomial);
    }
  }
  return [...found];
}

function withCrc(data: Buffer, crc: number, reflected: boolean): bigint {
  const bytes = reflected ? Buffer.from(data.map((byte) => reverse16(byte) >>> 8)) : data;
  const tail = reflected ? reverse16(crc) : crc;
  return (BigInt(`0x${bytes.toString("hex")}`) << 16n) ^ BigInt(tail);
}

/** Without the lowest term a polynomial is none of a CRC; more than one of a long divisor is seldom, so what is too long to try is left. */
function divisorsOfDegree16(common: bigint): number[] {
  const most = degree(common);
  if (most === 16) return (common & 1n) === 1n ? [Number(common & 0xffffn)] : [];
  if (most > LONGEST_DIVISOR) return [];
  const found: number[] = [];
  for (let polynomial = 1; polynomial < 0x10000; polynomial += 2) {
    if (remainder(common, BigInt(0x10000 + polynomial)) === 0n) found.push(polynomial);
  }
  return found;
}

const LONGEST_DIVISOR = 20;

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

/** How many records of different length the start value must suit before it is tried on all. */
const LENGTHS = 6;

/** The start and final values under which a polynomial explains records of several lengths, the usual ones first. */
function* withStartValues(
  bytes: Buffer,
  rows: readonly Row[],
  values: Values,
  { polynomial, reflected }: Pick<Crc, "polynomial" | "reflected">,
  covers: Coverage,
  own: number | undefined,
): Generator<PolynomialCandidate> {
  const make = (start: number, xorOut: number): Crc => ({ kind: "crc", polynomial, reflected, start, xorOut });
  const fromZero = coveredChecksum(checksumFunction(make(0, 0)), covers, own);
  const chosen = differentlyLong(rows).slice(0, LENGTHS);
  for (const form of ["le", "be"] as const) {
    // A record's checksum, less what its bytes give from zero, is what its length makes of the start value, less the final one.
    const clues = chosen.map((index) => ({
      length: coveredBytes(bytes, rows[index] as Row, covers, own).length,
      rest: (values[form][index] as number) ^ fromZero(bytes, rows[index] as Row),
    }));
    for (const [start, xorOut] of startValues(clues, polynomial, reflected)) {
      yield { checksum: make(start, xorOut), covers };
    }
  }
}

function differentlyLong(rows: readonly Row[]): number[] {
  const lengths = new Map<number, number>();
  for (const [index, row] of rows.entries()) {
    const length = row.textTo - row.textFrom;
    if (!lengths.has(length)) lengths.set(length, index);
  }
  return [...lengths.values()];
}

function startValues(
  [first, ...others]: readonly { length: number; rest: number }[],
  polynomial: number,
  reflected: boolean,
): [start: number, xorOut: number][] {
  if (first === undefined) return [];
  const table = crcTable(polynomial, reflected);
  const firstOver = overZeros(table, reflected, first.length);
  const tests = others.map(({ length, rest }) => ({ over: overZeros(table, reflected, length), rest }));
  const found: [number, number][] = [];
  for (let start = 0; start < 0x10000 && found.length < 16; start++) {
    const xorOut = firstOver(start) ^ first.rest;
    // Damage may have hit one of the others.
    const misses = tests.filter(({ over, rest }) => (over(start) ^ xorOut) !== rest).length;
    if (misses <= (others.length > 2 ? 1 : 0)) found.push([start, xorOut]);
  }
  const isUsual = (value: number) => value === 0 || value === 0xffff;
  const usual = ([start, xorOut]: [number, number]) => Number(isUsual(start)) + Number(isUsual(xorOut));
  return found.toSorted((a, b) => usual(b) - usual(a));
}

/** What a CRC makes of its start value over `count` zero bytes: a sum of what it makes of each bit, so two tables hold it all. */
function overZeros(table: Uint16Array, reflected: boolean, count: number): (start: number) => number {
  const slow = (start: number): number => {
    let value = reflected ? reverse16(start) : start;
    for (let index = 0; index < count; index++) {
      value = reflected
        ? (value >>> 8) ^ (table[value & 0xff] as number)
        : ((value << 8) & 0xffff) ^ (table[value >>> 8] as number);
    }
    return value;
  };
  const low = Uint16Array.from({ length: 256 }, (_, byte) => slow(byte));
  const high = Uint16Array.from({ length: 256 }, (_, byte) => slow(byte << 8));
  return (start) => (low[start & 0xff] as number) ^ (high[start >>> 8] as number);
}
