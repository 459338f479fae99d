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
