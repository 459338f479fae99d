import { afterEach, expect } from "vitest";

const warnings: string[] = [];
process.on("warning", (warning) => warnings.push(`${warning.name}: ${warning.message}`));

/** A process warning (leaked listener, deprecated call, unsettled handle) fails the test during which it appeared. */
afterEach(() => {
  expect(warnings.splice(0)).toEqual([]);
});
