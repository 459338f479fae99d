import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDos, parseLog } from "../../../src/import/dirsync-log/decode.ts";
import { explainLog, type ExplainedLog } from "../../../src/import/dirsync-log/explain.ts";
import { MESSAGES } from "../../../src/import/dirsync-log/messages.ts";

const folder = new URL("../../../fixtures/logs/", import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, folder));

/** A log in one line a run: program, version, finished, worst, and the numbers. */
function outline({ runs }: ExplainedLog): string[] {
  return runs.map(({ banner, finished, worst, lines }) => {
    const numbers = lines.flatMap(({ entry }) => entry?.number ?? []).join(" ");
    return [banner?.program ?? "-", banner?.version ?? "-", finished ? "finished" : "open", worst, numbers]
      .join(" ")
      .trim();
  });
}

describe("explaining a log", () => {
  const printed: Record<string, string[]> = {
    "Q118447.log": ["IMPORT 3.2 finished warning 27"],
    "Q134228.log": ["IMPORT 3.2a open failure 7 7"],
    "Q148705.log": ["REQMAIN 3.5.12 finished failure 91"],
    "Q112301.log": ["IMPORT 3.2 finished failure 45"],
    "Q149271-dirsync.log": ["- - open normal"],
    "Q148364.log": ["REBUILD 3.2.16 finished normal"],
    "Q149271-dsserver.log": [
      "REQMAIN 3.5.12 open normal 167 171 105",
      "IMPORT 3.5 finished normal",
      "REBUILD 3.5 finished normal",
    ],
  };
  it.each(Object.entries(printed))("reads %s as printed, every line of it", (name, expected) => {
    const log = explainLog(fixture(name));
    expect(outline(log)).toEqual(expected);
    expect(log.unknownLines).toBe(0);
  });

  it("has every fixture tested", () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith(".log"))
        .toSorted(),
    ).toEqual(Object.keys(printed).toSorted());
  });

  it("decodes code page 850 and drops only empty lines and the closing Ctrl-Z", () => {
    const log = parseLog(Buffer.from([...Buffer.from("Status B"), 0x81, ...Buffer.from("ro\r\n\r\nwhat\r\n"), 0x1a]));
    expect(log.map(({ raw, line }) => [line, raw])).toEqual([
      [1, "Status Büro"],
      [3, "what"],
    ]);
    expect(decodeDos(Buffer.from([0xe1, 0x9c]))).toBe("ß£");
  });

  it("begins a new run after a closing line, and keeps unknown lines in their run", () => {
    const log = explainLog(
      Buffer.from(
        "Status Microsoft (R) Mail Import V3.5\r\nsomething\r\nStatus Import is finished.\r\nFatal [91] locked\r\n",
      ),
    );
    expect(outline(log)).toEqual(["IMPORT 3.5 finished normal", "- - open failure 91"]);
    expect(log.unknownLines).toBe(1);
    expect(log.runs[0]?.lines[1]).toMatchObject({ raw: "something", entry: undefined, weight: undefined });
  });

  it("loses no line, whatever the bytes", () => {
    const word = fc.constantFrom(
      "Status ",
      "Fatal [ 7] ",
      "Import is finished.",
      "Microsoft (R) Mail Import V3.2",
      "\r\n",
      "\n",
      "\u001a",
      " | ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        const bytes = Buffer.from(words.join(""), "latin1");
        const lines = explainLog(bytes).runs.flatMap(({ lines }) => lines.map(({ line }) => line));
        expect(lines).toEqual(parseLog(bytes).map(({ line }) => line));
      }),
    );
  });
});

describe("the table of messages", () => {
  it("explains every number of the dossier's table once, with articles", () => {
    const numbers = [...MESSAGES.keys()].toSorted((a, b) => a - b);
    const ranges = [
      [1, 2],
      [4, 4],
      [7, 10],
      [12, 93],
      [100, 110],
      [113, 116],
      [118, 118],
      [120, 120],
      [123, 125],
      [128, 129],
      [133, 133],
      [136, 136],
    ];
    const later = [
      138, 139, 150, 151, 152, 154, 155, 156, 157, 158, 159, 161, 162, 163, 166, 167, 171, 201, 202, 203, 204, 249,
    ];
    const all = [
      ...ranges.flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, n) => from + n)),
      ...later,
    ];
    expect(numbers).toEqual(all.filter((number) => number !== 11));
    for (const { articles, meaning } of MESSAGES.values()) {
      expect(meaning.length).toBeGreaterThan(10);
      for (const article of articles) expect(article).toMatch(/^Q\d{5,6}$/u);
    }
  });
});
