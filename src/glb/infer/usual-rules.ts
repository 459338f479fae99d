import { checksumFunction, type Checksum, type ChecksumFunction } from "../checksum.ts";

/** A record's covered bytes, and what may be its checksum: the two bytes there, read either way. */
export interface ChecksumSample {
  readonly covered: Uint8Array;
  readonly values: readonly number[];
}

/** The rules in use around 1990 that explain at least one of a few samples: damage may have hit the others. */
export function* usualRules(samples: readonly ChecksumSample[]): Generator<Checksum> {
  for (const { checksum, compute } of SUMS) {
    if (samples.some(({ covered, values }) => values.includes(compute(covered, 0, covered.length)))) yield checksum;
  }
  for (const crc of (usualCrcs ??= POLYNOMIALS.flatMap((polynomial) => [
    crcs(polynomial, false),
    crcs(polynomial, true),
  ]))) {
    const fromZero = samples.map(({ covered }) => crc.fromZero(covered, 0, covered.length));
    for (const { start, ofZeros } of crc.starts) {
      let plain = false;
      let inverted = false;
      for (const [index, { covered, values }] of samples.entries()) {
        const value = (fromZero[index] as number) ^ ofZeros(covered.length);
        plain ||= values.includes(value);
        inverted ||= values.includes(value ^ 0xffff);
      }
      if (plain) yield { kind: "crc", ...crc.rule, start, xorOut: 0 };
      if (inverted) yield { kind: "crc", ...crc.rule, start, xorOut: 0xffff };
    }
  }
}

const SUMS = (["sum", "negated-sum", "xor", "rotated-sum"] as const).flatMap((kind) =>
  [0, 0xffff].map((start) => {
    const checksum: Checksum = { kind, start };
    return { checksum, compute: checksumFunction(checksum) };
  }),
);

/** CRC-16 polynomials with a name. */
const POLYNOMIALS = [0x1021, 0x8005, 0x8bb7, 0x3d65, 0xa097, 0xc867, 0x0589, 0x5935, 0x755b, 0x1dcf, 0x6f63, 0x080b];

/** Made when they are first needed: all of them are some hundred kilobytes of tables. */
let usualCrcs: readonly UsualCrc[] | undefined;

/**
 * The CRCs of one polynomial with every usual start. A CRC is the one from start zero, changed by what zeros of the same length make of the start: so
 * one pass over the bytes serves all starts.
 */
interface UsualCrc {
  readonly rule: { readonly polynomial: number; readonly reflected: boolean };
  readonly fromZero: ChecksumFunction;
  readonly starts: readonly { readonly start: number; ofZeros(length: number): number }[];
}

function crcs(polynomial: number, reflected: boolean): UsualCrc {
  const rule = { polynomial, reflected };
  const from = (start: number) => checksumFunction({ kind: "crc", ...rule, start, xorOut: 0 });
  const starts = [0, 0xffff, 0x1d0f].map((start) => {
    const compute = from(start);
    const common = Uint16Array.from({ length: COMMON_LENGTH }, (_, length) => compute(ZEROS, 0, length));
    const ofZeros = (length: number): number => common[length] ?? compute(new Uint8Array(length), 0, length);
    return { start, ofZeros };
  });
  return { rule, fromZero: from(0), starts };
}

/** Bytes; what zeros make of a start is kept for lengths below. */
const COMMON_LENGTH = 256;
const ZEROS = new Uint8Array(COMMON_LENGTH);
