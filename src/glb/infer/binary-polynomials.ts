/** Polynomials over the field of two elements, their coefficients the bits of a number: `x^3 + 1` is `0b1001n`. Addition is exclusive or. */

/** The highest power; -1 for zero. */
export function degree(polynomial: bigint): number {
  if (polynomial === 0n) return -1;
  const digits = polynomial.toString(16);
  return digits.length * 4 - 1 - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}

/** What is left of `dividend` when `divisor`, which is not zero, is taken from it as often as possible. */
export function remainder(dividend: bigint, divisor: bigint): bigint {
  const width = degree(divisor);
  let rest = dividend;
  for (let power = degree(rest); power >= width; power = degree(rest)) rest ^= divisor << BigInt(power - width);
  return rest;
}

/** The greatest polynomial that divides both. */
export function commonDivisor(a: bigint, b: bigint): bigint {
  let [greater, smaller] = [a, b];
  while (smaller !== 0n) [greater, smaller] = [smaller, remainder(greater, smaller)];
  return greater;
}
