import type { NumberForm } from "./layouts.ts";

/** The unsigned number in `bytes[at, at + width)`; `NaN` when decimal digits were expected and something else stands there. */
export function readNumber(bytes: Uint8Array, at: number, width: number, form: NumberForm): number {
  let value = 0;
  switch (form) {
    case "le":
      for (let index = width - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] as number);
      return value;
    case "be":
      for (let index = 0; index < width; index++) value = value * 256 + (bytes[at + index] as number);
      return value;
    case "decimal":
      for (let index = 0; index < width; index++) {
        const digit = (bytes[at + index] as number) - 0x30;
        if (digit < 0 || digit > 9) return Number.NaN;
        value = value * 10 + digit;
      }
      return value;
  }
}

/** `readNumber` for one width and form; the usual ones without a loop. */
export function numberReader(width: number, form: NumberForm): (bytes: Uint8Array, at: number) => number {
  const byte = (bytes: Uint8Array, at: number) => bytes[at] as number;
  switch (`${width} ${form}`) {
    case "2 le":
      return (bytes, at) => byte(bytes, at) | (byte(bytes, at + 1) << 8);
    case "2 be":
      return (bytes, at) => byte(bytes, at + 1) | (byte(bytes, at) << 8);
    case "4 le":
      return (bytes, at) =>
        (byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16)) + byte(bytes, at + 3) * 0x1000000;
    case "4 be":
      return (bytes, at) =>
        (byte(bytes, at + 3) | (byte(bytes, at + 2) << 8) | (byte(bytes, at + 1) << 16)) + byte(bytes, at) * 0x1000000;
    default:
      return (bytes, at) => readNumber(bytes, at, width, form);
  }
}

/** Writes `value` as an unsigned number; throws `RangeError` when it does not fit. */
export function writeNumber(bytes: Uint8Array, at: number, width: number, form: NumberForm, value: number): void {
  let rest = value;
  const base = form === "decimal" ? 10 : 256;
  for (let index = 0; index < width; index++) {
    const place = form === "le" ? at + index : at + width - 1 - index;
    const digit = rest % base;
    bytes[place] = form === "decimal" ? 0x30 + digit : digit;
    rest = (rest - digit) / base;
  }
  if (rest !== 0 || !(value >= 0)) throw new RangeError(`${value} does not fit into ${width} places (${form})`);
}

/** True when `wanted` stands in `bytes` at `at`. */
export function standsAt(bytes: Uint8Array, at: number, wanted: ArrayLike<number>): boolean {
  for (let index = 0; index < wanted.length; index++) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}
