import * as fc from "fast-check";
import { expect, it } from "vitest";
import { commonDivisor, degree, remainder } from "../../src/glb/infer/binary-polynomials.ts";

const polynomial = fc.bigInt({ min: 1n, max: 2n ** 80n });

it("degrees are positions of the highest bit", () => {
  expect([0n, 1n, 2n, 3n, 0x10000n, 0x1ffffn, 2n ** 77n].map(degree)).toEqual([-1, 0, 1, 1, 16, 16, 77]);
});

it("the common divisor of two products is a multiple of what they have in common, and divides both", () => {
  fc.assert(
    fc.property(polynomial, polynomial, polynomial, (a, b, common) => {
      const [left, right] = [product(a, common), product(b, common)];
      const divisor = commonDivisor(left, right);
      expect(remainder(divisor, common)).toBe(0n);
      expect(remainder(left, divisor)).toBe(0n);
      expect(remainder(right, divisor)).toBe(0n);
    }),
  );
});

function product(a: bigint, b: bigint): bigint {
  let sum = 0n;
  for (let bit = 0n; bit <= BigInt(degree(b)); bit++) if ((b >> bit) & 1n) sum ^= a << bit;
  return sum;
}
