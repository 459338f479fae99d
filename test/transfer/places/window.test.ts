import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../../src/transfer/places/window.ts";

describe("openWindow", () => {
  it("grows to its limit while answers come quickly", () => {
    const window = openWindow(64);
    expect(window.size).toBe(4);
    for (let answers = 0; answers < 100; answers += 1) window.answered(50);
    expect(window.size).toBe(64);
  });

  it("is open after two round trips on a long line that is not full, and grows slowly on one that fills up", () => {
    const trips = (ms: number): number => {
      const window = openWindow(64);
      let count = 0;
      for (; window.size < 64; count += 1) for (let left = window.size; left > 0; left -= 1) window.answered(ms);
      return count;
    };
    expect(trips(60)).toBe(2);
    expect(trips(300)).toBe(4);
  });

  it("shrinks to one request while answers are slow", () => {
    const window = openWindow(64);
    for (let answers = 0; answers < 100; answers += 1) window.answered(50);
    for (let answers = 0; answers < 20; answers += 1) window.answered(5_000);
    expect(window.size).toBe(1);
  });

  it("is never below 1 or above its limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(10_000)), (max, times) => {
        const window = openWindow(max);
        for (const ms of times) {
          window.answered(ms);
          expect(window.size).toBeGreaterThanOrEqual(1);
          expect(window.size).toBeLessThanOrEqual(max);
        }
      }),
    );
  });
});
