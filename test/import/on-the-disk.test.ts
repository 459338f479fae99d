import { truncateSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SMALL } from "../../src/import/small-files.ts";
import type { JournalEntry } from "../../src/journal/journal.ts";
import { diskHistory, lateLines, namingFaults, namingOf, notOnTheDisk } from "../support/file-history.ts";
import type { DiskHistory } from "../support/file-history.ts";
import { need } from "../support/need.ts";
import { traceFiles } from "../support/strace.ts";
import { importBed, REQUESTOR, type ImportBed } from "./support.ts";

const PROGRAM = fileURLToPath(new URL("../../fixtures/programs/import-once.mjs", import.meta.url));

// A power cut leaves what was on the disk; the order in which it came there is seen in the system calls of a whole import that fails and is rolled
// back. Few files are forced to the disk one by one, more with all their file system, and hundreds are written by threads.
describe.skipIf(!need("strace")).each([3, 30, 450])("an import of %i lists that fails", (count) => {
  let bed: ImportBed;
  let journal: string;
  let history: DiskHistory;
  /** What the roll-back put back and removed, by its own words. */
  let undone: { restored: string[]; removed: string[] };
  beforeAll(async () => {
    const external = postoffices(count);
    const lists = external.map(({ network, postoffice }) => [`PCM:${network}/${postoffice}`, 3] as const);
    bed = await importBed({ ...REQUESTOR, external }, Object.fromEntries(lists));
    // One list too large to be copied at one go.
    truncateSync(join(bed.root, "USR/00000004.USR"), (Math.ceil(SMALL / 53) + 1) * 53);
    bed.postoffice.simulate({ failure: "finished-but-wrong" });
    journal = join(dirname(bed.runFolder), "journal.jsonl");
    history = await traced(bed, journal);
    undone = await outcomeOf(journal, "import.roll-back");
  }, 180_000);
  afterAll(() => bed.remove());
  const at = (path: string) => join(bed.root, path);
  const snapshot = (name: string) => join(bed.runFolder, "snapshot", name);

  it("has each line of its journal on the disk before it does anything else", () => {
    expect(history.writes.filter(({ path }) => path === journal).length).toBeGreaterThan(15);
    // The program runs while its start is noted.
    expect(lateLines(history, journal).filter((line) => !line.includes("import.started"))).toEqual([]);
  });

  it("has every copy on the disk before the snapshot has its list of them, and both before anything is changed", () => {
    const listed = namingOf(history, snapshot("before.json"));
    const copies = history.writes.filter(
      ({ path, ended }) => path.startsWith(snapshot("")) && path !== listed.from && ended < listed.began,
    );
    const paths = copies.map(({ path }) => path);
    expect(paths).toContain(snapshot("files.tar"));
    expect(paths).toContainEqual(expect.stringMatching(/\/snapshot\/files\/USR\/.+\.USR$/u));
    expect(notOnTheDisk(history, copies, dirname(snapshot("files")), listed.began)).toEqual([]);
    const changed = history.writes.find(({ path }) => path.startsWith(at("")) && path !== at("RESYNC.LCK"));
    expect(namingFaults(history, [listed], changed?.began ?? 0)).toEqual([]);
  });

  it("has the master list on the disk before it gets its name, and the name before a program starts", () => {
    const named = namingOf(history, at("GLB/RESYNC.GLB"));
    const started = history.starts.find(({ began }) => began > named.ended);
    expect(namingFaults(history, [named], started?.began ?? 0)).toEqual([]);
  });

  it("has each file that is put back on the disk before it gets its name, and all names before it says so", () => {
    const { restored, removed } = undone;
    expect(restored).toContain("USR/00000004.USR");
    expect(restored.length).toBeGreaterThan(count);
    expect(removed.length).toBeGreaterThan(0);
    const said = history.writes.findLast(({ path, args }) => path === journal && args.includes("import.roll-back"));
    const end = said?.began ?? 0;
    const back = restored.map((path) => namingOf(history, at(path)));
    expect(back.filter(({ from }) => !/\/RESYNC\$\.[0-9A-Z]{3}$/u.test(from))).toEqual([]);
    expect(namingFaults(history, back, end)).toEqual([]);
    const gone = removed.map((path) => history.removals.findLast((removal) => removal.path === at(path)));
    expect(gone.filter((act) => !act || !history.flushed(dirname(act.path), act.ended, end))).toEqual([]);
    // What a roll-back that is cut off is proved by when it is gone on with.
    const kept = namingOf(history, snapshot("after-import.json"));
    expect(namingFaults(history, [kept], Math.min(...[...back, ...gone].map((act) => act?.began ?? 0)))).toEqual([]);
  });
});

/** Postoffices with four addresses each. */
function postoffices(count: number) {
  const names = Array.from({ length: 4 }, (_, n) => ({ alias: `Old ${n}`, address: `old${n}` }));
  return Array.from({ length: count }, (_, n) => ({ network: "NET", postoffice: `PO${n}`, names }));
}

async function traced(bed: ImportBed, journal: string): Promise<DiskHistory> {
  const { file, sha256, lists, runFolder } = bed.request();
  const { root, postoffice } = bed;
  const settings = join(dirname(runFolder), "settings.json");
  const programs = dirname(postoffice.programs.import);
  await writeFile(settings, JSON.stringify({ root, file, sha256, lists, runFolder, journal, programs }));
  return diskHistory(await traceFiles([process.execPath, PROGRAM, settings], join(dirname(runFolder), "trace")));
}

async function outcomeOf(journal: string, step: string) {
  const lines = (await readFile(journal, "utf8")).trimEnd().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
  const done = entries.find((entry) => entry.type === "done" && entry.step === step);
  return (done as unknown as { data: { restored: string[]; removed: string[] } }).data;
}
