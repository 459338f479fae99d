import { expect, it } from "vitest";
import { table } from "../../src/report/table.ts";

it("a table fits its width: words stay whole, what is longer than a line is cut and not lost", () => {
  const path = "/srv/".concat("x".repeat(60));
  const shown = table(
    ["Run", "About"],
    [
      ["a1", "Nothing is to be done about a gateway that is not there"],
      ["b2", path],
    ],
    40,
  );
  for (const line of shown.split("\n")) expect(line.length, line).toBeLessThanOrEqual(40);
  expect(shown).toContain("Nothing is to be done about a");
  expect(shown.replaceAll(/\s/gu, "")).toContain(path);
  expect(shown.split("\n")[0]).toBe("Run  About");
});
