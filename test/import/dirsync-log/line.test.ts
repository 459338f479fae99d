import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLine } from "../../../src/import/dirsync-log/line.ts";

describe("a log line", () => {
  const forms: [string, Record<string, unknown>][] = [
    [
      "03/22/94 15:43:45 | Warning[ 27] Alias already exists Doe, John D",
      { severity: "Warning", number: 27, text: "Alias already exists Doe, John D" },
    ],
    [
      "03/22/94 15:43:25 | Status       Import is finished.",
      { severity: "Status", number: undefined, text: "Import is finished." },
    ],
    [
      "06/12/95 16:52:23 | Fatal [ 7] Error renaming file: M:INF\\IMPORT.INF",
      { severity: "Fatal", number: 7, text: "Error renaming file: M:INF\\IMPORT.INF" },
    ],
    ["06/12/95 16:52:23 | Error [ 44] Gateway not installed: X400", { severity: "Error", number: 44 }],
    ["06/12/95 16:52:23 | Error [ 081] No mailbox name", { severity: "Error", number: 81 }],
    ["06/12/95 16:52:23 | Error  [ 45] File error", { severity: "Error", number: 45, text: "File error" }],
    ["06/12/95 16:52:23 | Warning[ 2] Error opening file: REQTRANS", { severity: "Warning", number: 2 }],
    [
      "02/02/96 13:18 | Fatal [  ]   Mailbox name: Admin.",
      { severity: "Fatal", number: undefined, text: "Mailbox name: Admin." },
    ],
    ["Error [45] File error sorting queue: USRTRANS", { severity: "Error", number: 45, at: undefined }],
    [
      "#04/14/94 15:25:24 | Error [ 29] Alias does not exist Fser Number 3 (3)",
      { severity: "Error", number: 29, text: "Alias does not exist Fser Number 3 (3)" },
    ],
    ["0012 IMPORT: Error [12] Invalid character in column 1", { severity: "Error", number: 12, inputLine: 12 }],
    ["03/13/96 15:27:04 | 1 167 PCM,SNADS", { form: "numeric", severity: "Status", number: 167, text: "PCM,SNADS" }],
    ["03/13/96 15:27:08 | 1 171", { form: "numeric", severity: "Status", number: 171, text: "" }],
    ["03/13/96 15:34:17 | 1  -1", { form: "numeric", severity: "Status", number: undefined, text: "" }],
    ["03/13/96 15:34:17 | 2  91 ADMIN", { form: "numeric", severity: "Fatal", number: 91, text: "ADMIN" }],
    ["03/13/96 15:34:17 | 7  44 X400", { form: "numeric", severity: "unknown", number: 44, text: "X400" }],
    ["[ 2] Error Obtaining Message #: 45", { severity: "unknown", number: 45, worded: false }],
    ["03/13/96 15:34:17 | Error [ 1] Error Obtaining Message #: 45", { severity: "Error", number: 45, worded: false }],
    ["07/31/95 05:06:45 | Status", { severity: "Status", number: undefined, text: "" }],
  ];
  it.each(forms)("reads %s", (raw, expected) => {
    expect(parseLine(raw, 1).entry).toMatchObject(expected);
  });

  const times: [string, Record<string, unknown>][] = [
    ["03/22/94 15:43:25", { year: 1994, month: 3, day: 22, hour: 15, minute: 43, second: 25, yearCertain: true }],
    ["3/23/93 01:02:03", { year: 1993, month: 3, day: 23 }],
    ["02/02/96 13:18", { year: 1996, second: undefined }],
    ["01/03/100 00:00:01", { year: 2000, yearCertain: true }],
    ["01/03/126 00:00:01", { year: 2026 }],
    ["01/03/10 00:00:01", { year: 2010, yearCertain: false }],
    ["01/03/03 00:00:01", { year: 2003, yearCertain: true }],
  ];
  it.each(times)("dates %s", (stamp, expected) => {
    expect(parseLine(`${stamp} | Status       x`, 1).entry?.at).toMatchObject(expected);
  });

  it.each(["", "Statuses of things", "R PCM:NET/PO", "03/22/94 15:43:25", "03/22/94 15:43:25 | hello", "171 requests"])(
    "keeps what has no documented form: %j",
    (raw) => {
      expect(parseLine(raw, 4)).toEqual({ line: 4, raw, entry: undefined });
    },
  );

  it("reads back every line written as IMPORT writes it", () => {
    const severity = fc.constantFrom("Status", "Warning", "Error", "Fatal");
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 40 }).map((words) => `x ${words}`.trim());
    fc.assert(
      fc.property(severity, fc.option(fc.integer({ min: 0, max: 999 })), text, (severity, number, text) => {
        const code = number === null ? "      " : `[${String(number).padStart(3)}] `;
        const { entry } = parseLine(`03/22/94 15:43:25 | ${severity.padEnd(7)}${code}${text}`, 1);
        expect(entry).toMatchObject({ severity, text, worded: true });
        expect(entry?.number ?? null).toBe(number);
      }),
    );
  });

  it("never throws and always keeps the raw line", () => {
    fc.assert(fc.property(fc.string(), (raw) => parseLine(raw, 1).raw === raw));
  });
});
