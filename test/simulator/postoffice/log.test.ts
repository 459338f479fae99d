import { expect, test } from "vitest";
import { formatLine, logTime } from "../../../src/simulator/postoffice/programs/log.ts";

test("lines are the printed ones of Q118447, blank for blank", () => {
  const time = (text: string): string => logTime(new Date(text), "3.2");
  expect([
    formatLine(time("1994-03-22T15:43:25"), "Status", "      ", "Microsoft (R) Mail Import V3.2"),
    formatLine(time("1994-03-22T15:43:45"), "Warning", "[ 27] ", "Alias already exists Doe, John D"),
    formatLine(time("1994-03-22T15:43:50"), "Status", "      ", "Import is finished."),
  ]).toEqual([
    "03/22/94 15:43:25 | Status       Microsoft (R) Mail Import V3.2",
    "03/22/94 15:43:45 | Warning[ 27] Alias already exists Doe, John D",
    "03/22/94 15:43:50 | Status       Import is finished.",
  ]);
});

test.each([
  ["1999-12-31T23:59:59", "3.5", "12/31/99 23:59:59"],
  ["2000-01-01T00:00:00", "3.5", "01/01/100 00:00:00"],
  ["2026-02-03T04:05:06", "3.2.9", "02/03/126 04:05:06"],
  ["2026-02-03T04:05:06", "3.5.34", "02/03/26 04:05:06"],
  ["2005-02-03T04:05:06", "3.5.34", "02/03/05 04:05:06"],
] as const)("%s is printed by %s as %s (Q191905, Q192158)", (date, version, printed) => {
  expect(logTime(new Date(date), version)).toBe(printed);
});
