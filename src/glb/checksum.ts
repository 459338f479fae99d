/**
 * A 16-bit checksum. Which one MS Mail's queue files use is undocumented; standard CRC-16s do not explain the six values printed in Q96060.
 * `crc`: any CRC-16; `reflected` turns input and output round. `sum`: bytes added to the start value; `negated-sum`: bytes taken from
 * it. `xor`: 16-bit words, low byte first. `rotated-sum`: one bit to the right before each byte is added, as BSD's sum does.
 */
export type Checksum =
  | {
      readonly kind: "crc";
      readonly polynomial: number;
      readonly start: number;
      readonly reflected: boolean;
      readonly xorOut: number;
    }
  | { readonly kind: "sum" | "negated-sum" | "xor" | "rotated-sum"; readonly start: number };

/** Computes a checksum over `bytes[from, to)`; the result is 0 to 65535. */
export type ChecksumFunction = (bytes: Uint8Array, from: number, to: number) => number;

export const CRC_16_CCITT_FALSE: Checksum = {
  kind: "crc",
  polynomial: 0x1021,
  start: 0xffff,
  reflected: false,
  xorOut: 0,
};
export const CRC_16_ARC: Checksum = { kind: "crc", polynomial: 0x8005, start: 0, reflected: true, xorOut: 0 };
export const SUM_16: Checksum = { kind: "sum", start: 0 };

/** The function that computes `checksum`. Tables are made once here, so keep the function. */
export function checksumFunction(checksum: Checksum): ChecksumFunction {
  if (checksum.kind === "crc") return crcFunction(checksum);
  const step = STEPS[checksum.kind];
  return (bytes, from, to) => {
    let value = checksum.start;
    for (let at = from; at < to; at++) value = step(value, bytes[at] as number, at - from) & 0xffff;
    return value;
  };
}

const STEPS = {
  sum: (value: number, byte: number) => value + byte,
  "negated-sum": (value: number, byte: number) => value - byte,
  xor: (value: number, byte: number, index: number) => value ^ (byte << ((index & 1) * 8)),
  "rotated-sum": (value: number, byte: number) => ((value >>> 1) | (value << 15)) + byte,
};

/** In words, for reports: `CRC-16 polynomial 0x1021, start 0xffff`. */
export function describeChecksum(checksum: Checksum): string {
  if (checksum.kind !== "crc") return `16-bit ${checksum.kind.replace("-", " ")}, start ${hex(checksum.start)}`;
  const reflected = checksum.reflected ? ", reflected" : "";
  return `CRC-16 polynomial ${hex(checksum.polynomial)}, start ${hex(checksum.start)}${reflected}, final xor ${hex(checksum.xorOut)}`;
}

/** The 256 one-byte remainders of a CRC-16. */
export function crcTable(polynomial: number, reflected: boolean): Uint16Array {
  const table = new Uint16Array(256);
  const turned = reverse16(polynomial);
  for (let byte = 0; byte < 256; byte++) {
    let value = reflected ? byte : byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      if (reflected) value = value & 1 ? (value >>> 1) ^ turned : value >>> 1;
      else value = value & 0x8000 ? (value << 1) ^ polynomial : value << 1;
    }
    table[byte] = value;
  }
  return table;
}

type CrcTables = readonly [Uint16Array, Uint16Array, Uint16Array, Uint16Array];

/** Tables made before, by polynomial and reflection: start and final value do not matter to them. */
const knownTables = new Map<number, CrcTables>();

/** What a byte does to the value when none, one, two or three more bytes follow it. */
function crcTables(polynomial: number, reflected: boolean): CrcTables {
  const key = reflected ? -polynomial : polynomial;
  const known = knownTables.get(key);
  if (known !== undefined) return known;
  const t0 = crcTable(polynomial, reflected);
  const followed = (table: Uint16Array) =>
    table.map((value) =>
      reflected ? (value >>> 8) ^ (t0[value & 0xff] as number) : ((value << 8) & 0xffff) ^ (t0[value >>> 8] as number),
    );
  const t1 = followed(t0);
  const t2 = followed(t1);
  const tables = [t0, t1, t2, followed(t2)] as const;
  if (knownTables.size < MOST_TABLES) knownTables.set(key, tables);
  return tables;
}

/** A search may try many polynomials; this many stay in memory. */
const MOST_TABLES = 64;

/** Four bytes at a time. */
function crcFunction(checksum: Extract<Checksum, { kind: "crc" }>): ChecksumFunction {
  const { reflected, xorOut } = checksum;
  const start = reflected ? reverse16(checksum.start) : checksum.start;
  const [t0, t1, t2, t3] = crcTables(checksum.polynomial, reflected);
  const shift = reflected ? 0 : 8;
  return (bytes, from, to) => {
    let value = start;
    let at = from;
    for (; at + 3 < to; at += 4) {
      const a = (bytes[at] as number) ^ ((value >>> shift) & 0xff);
      const b = (bytes[at + 1] as number) ^ ((value >>> (8 - shift)) & 0xff);
      value =
        (t3[a] as number) ^
        (t2[b] as number) ^
        (t1[bytes[at + 2] as number] as number) ^
        (t0[bytes[at + 3] as number] as number);
    }
    for (; at < to; at++) {
      const byte = (bytes[at] as number) ^ ((value >>> shift) & 0xff);
      value = (reflected ? value >>> 8 : (value << 8) & 0xffff) ^ (t0[byte] as number);
    }
    return value ^ xorOut;
  };
}

/** The 16 bits of `value` the other way round. */
export function reverse16(value: number): number {
  let turned = 0;
  for (let bit = 0; bit < 16; bit++) turned |= ((value >>> bit) & 1) << (15 - bit);
  return turned;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
