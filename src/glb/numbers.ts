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
