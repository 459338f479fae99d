import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diffMasterLists, type MasterListDiff } from "../../src/glb/diff.ts";
import { openDiffSource } from "../../src/glb/diff-source.ts";
import { diffPage } from "../../src/glb/formats/diff-html.ts";
import { diffText } from "../../src/glb/formats/diff-text.ts";
import { tellTransaction, type ChangeSource } from "../../src/glb/list-changes.ts";
import { parseTransaction } from "../../src/glb/transaction.ts";
import { encodeTexts } from "./support/lists.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-diff-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const BEFORE = [
  "R PCM:NORTH/PO1",
  "A Same\tPCM:NORTH/PO1/same",
  "A Moved\tPCM:NORTH/PO1/old",
  "A Maiden Name\tPCM:NORTH/PO1/mary",
  "A Gone\tPCM:NORTH/PO1/gone",
  "A Bjørn\tPCM:NORTH/PO1/bjorn",
  "R PCM:NORTH/OTHER",
  "A Left Alone\tPCM:NORTH/OTHER/left",
  "A Local\tPCM:SOUTH/HERE/local",
];
const AFTER = [
  "# IMPSEQ=1 REQSEQ=2 SRVSEQ=3",
  "R pcm:NORTH/PO1",
  "A Same\tpcm:NORTH/PO1/same",
  "A Moved\tpcm:NORTH/PO1/new",
  "A Married Name\tpcm:NORTH/PO1/mary",
  "A Bjørn\tpcm:NORTH/PO1/bjorn",
  "A Fresh\tpcm:NORTH/PO1/fresh",
  "R SMTP:",
  "A Outside\tSMTP:out@example.com",
  "R pcm:SOUTH/HERE",
];

async function glb(name: string, texts: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, await encodeTexts(texts));
  return path;
}

async function diffFiles(a: string, b: string, local?: string): Promise<MasterListDiff> {
  const left = await openDiffSource(a);
  const right = await openDiffSource(b);
  return diffMasterLists(left.changes, right.changes, { local });
}

function source(texts: readonly string[]): ChangeSource {
  return async (to) => texts.forEach((text) => tellTransaction(parseTransaction(text), to));
}

describe("what importing a list on top of another does", () => {
  const expected = {
    added: 2,
    changed: 2,
    removed: 1,
    equal: false,
    lists: [
      {
        list: "PCM:NORTH/PO1",
        state: "both",
        added: [{ name: "Fresh", address: "PCM:NORTH/PO1/fresh" }],
        changed: [
          {
            before: { name: "Moved", address: "PCM:NORTH/PO1/old" },
            after: { name: "Moved", address: "PCM:NORTH/PO1/new" },
          },
          { before: { name: "Maiden Name" }, after: { name: "Married Name", address: "PCM:NORTH/PO1/mary" } },
        ],
        removed: [{ name: "Gone", address: "PCM:NORTH/PO1/gone" }],
        same: 2,
      },
      { list: "SMTP:", state: "new", added: [{ name: "Outside", address: "SMTP:out@example.com" }] },
      { list: "PCM:SOUTH/HERE", state: "local", removed: [] },
      { list: "PCM:NORTH/OTHER", state: "untouched", same: 1 },
    ],
  };

  it("between two master lists", async () => {
    expect(await diffFiles(await glb("a.glb", BEFORE), await glb("b.glb", AFTER), "south/here")).toMatchObject(
      expected,
    );
  });

  it("on a postoffice's extract, in its code page", async () => {
    const text = BEFORE.filter((line) => line.startsWith("A"))
      .map((line) => `A ${line.slice(2, line.indexOf("\t")).padEnd(30)} ${line.slice(line.indexOf("\t") + 1)}\r\n`)
      .join("");
    const extract = join(folder, "extract.txt");
    await writeFile(extract, Buffer.from(text.replaceAll("ø", "\u009b"), "latin1"));
    expect(await diffFiles(extract, await glb("b.glb", AFTER), "SOUTH/HERE")).toMatchObject(expected);
  });

  it("is nothing for a list on top of itself", async () => {
    const path = await glb("a.glb", BEFORE);
    expect(await diffFiles(path, path)).toMatchObject({ added: 0, changed: 0, removed: 0, same: 7, equal: true });
  });

  it("counts a name that comes twice once, as it came last", async () => {
    const once = ["A Cat\tPCM:N/P/c"];
    const diff = await diffMasterLists(source(once), source([...once, "A Cat\tPCM:N/P/a"]));
    expect(diff).toMatchObject({ added: 0, changed: 1, removed: 0, same: 0 });
    expect(diff.lists[0]?.changed[0]?.after).toEqual({ name: "Cat", address: "PCM:N/P/a" });
    const back = await diffMasterLists(source(once), source(["A Cat\tPCM:N/P/a", ...once]));
    expect(back).toMatchObject({ changed: 0, same: 1, equal: true });
  });

  it("refuses a damaged list and what is none", async () => {
    const whole = await encodeTexts(BEFORE);
    const cut = join(folder, "cut.glb");
    await writeFile(cut, whole.subarray(0, -20));
    const good = await glb("b.glb", AFTER);
    await expect(diffFiles(cut, good)).rejects.toMatchObject({ code: "FILE_NOT_USABLE" });
    const page = join(folder, "page.glb");
    await writeFile(page, "<html>");
    await expect(diffFiles(good, page)).rejects.toMatchObject({ code: "FILE_NOT_USABLE" });
  });

  it("agrees with playing both lists through, whatever they hold", async () => {
    const name = fc.constantFrom("Ann", "Ben", "Cat", "Dan");
    const box = fc.constantFrom("a", "b", "c");
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(name, box).map(([name, box]) => `A ${name}\tPCM:N/P/${box}`) },
      { weight: 1, arbitrary: fc.tuple(name, box).map(([name, box]) => `D ${name}\tPCM:N/P/${box}`) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.array(line, { maxLength: 8 }),
        fc.boolean(),
        async (a, b, replaces) => {
          const after = replaces ? ["R PCM:N/P", ...b] : b;
          const diff = await diffMasterLists(source(a), source(after));
          const before = play(a, new Map());
          const wanted = play(b, replaces ? new Map() : new Map(before));
          expect(applied(diff, before)).toEqual(wanted);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function play(lines: readonly string[], list: Map<string, string>): Map<string, string> {
  for (const line of lines) {
    const [name = "", box = ""] = line.slice(2).split("\tPCM:N/P/");
    if (line.startsWith("A")) list.set(name, box);
    else list.delete(name);
  }
  return list;
}

/** What a comparison says becomes of a list. */
function applied(diff: MasterListDiff, before: Map<string, string>): Map<string, string> {
  const list = new Map(before);
  for (const { added, changed, removed } of diff.lists) {
    for (const { name } of removed) list.delete(name);
    for (const { before } of changed) list.delete(before.name);
    for (const { after } of changed) list.set(after.name, after.address.slice(8));
    for (const { name, address } of added) list.set(name, address.slice(8));
  }
  return list;
}

describe("a comparison for people", () => {
  it("has a table of lists and marked entries", async () => {
    const text = diffText(await diffMasterLists(source(BEFORE), source(AFTER)), { width: 80 });
    expect(text).toContain("  + Fresh  PCM:NORTH/PO1/fresh");
    expect(text).toContain("  ~ Moved  PCM:NORTH/PO1/old → PCM:NORTH/PO1/new");
    expect(text).toContain("  ~ Maiden Name → Married Name  PCM:NORTH/PO1/mary");
    expect(text).toContain("  - Gone  PCM:NORTH/PO1/gone");
    expect(text).toContain("not in B: stays as it is");
    expect(diffText(await diffMasterLists(source(BEFORE), source(BEFORE)), { width: 80 })).toBe(
      "No differences: 7 entries in 3 lists.",
    );
  });

  it("as a page keeps markup in names harmless", async () => {
    const diff = await diffMasterLists(source([]), source(["A <b>Bold</b>\tPCM:N/P/b"]));
    const page = [...diffPage(diff, { a: "a", b: "b" })].join("");
    expect(page).toContain("&lt;b&gt;Bold&lt;/b&gt;");
    expect(page).not.toContain("<b>");
  });
});
