import { afterEach } from "vitest";

const warnings: string[] = [];
process.on("warning", (warning) => warnings.push(`${warning.name}: ${warning.message}`));

/** A process warning (leaked listener, deprecated call, unsettled handle) fails the test during which it appeared. */
afterEach(() => {
  const seen = warnings.splice(0);
  if (seen.length > 0) throw new Error(`process warnings during this test:\n${seen.join("\n")}`);
});
