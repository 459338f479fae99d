import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { importFile } from "../../src/import/import.ts";
import { commandRunner } from "../../src/import/runner/command.ts";
import { acquireLock } from "../../src/journal/lock.ts";
import type { RunId } from "../../src/journal/journal.ts";
import { systemClock } from "../../src/clock.ts";
import { importBed, PASSWORD, REQUESTOR, simulatedRunner, type ImportBed, type TestContext } from "./support.ts";

let bed: ImportBed;
afterEach(() => bed.remove());

const texts = (context: TestContext, type: "warning" | "would") =>
  context.reporter.events.flatMap((event) =>
    event.type === type ? [event.type === "would" ? event.act : event.text] : [],
  );
const steps = (context: TestContext) =>
  context.entries.flatMap((entry) => ("step" in entry ? [`${entry.type} ${entry.step}`] : []));

describe("an import", () => {
  it("brings the list in by real programs, proves it, and journals every act before it", async () => {
    bed = await importBed();
    const context = await bed.context();
    const result = await importFile(bed.request({ runner: simulatedRunner(bed.postoffice), rebuild: true }), context);
    expect(result).toMatchObject({
      outcome: "imported",
      verdict: { outcome: "succeeded", version: "3.5" },
      rebuild: { outcome: "succeeded" },
    });
    expect("written" in result && result.written).toEqual(
      expect.arrayContaining(["GLB/REQCONF.GLB", "GLB/FLAG.GLB", "LOG/DIRSYNC.LOG"]),
    );
    expect(steps(context)).toEqual([
      "note import.request",
      "intent import.lock",
      "done import.lock",
      "intent import.snapshot",
      "done import.snapshot",
      "intent import.drop",
      "done import.drop",
      "intent import.run",
      "note import.started",
      "done import.run",
      "note import.verdict",
      "intent import.rebuild",
      "note import.started",
      "done import.rebuild",
      "note import.rebuild-verdict",
      "intent import.unlock",
      "done import.unlock",
    ]);
    expect(existsSync(join(bed.root, "RESYNC.LCK"))).toBe(false);
    expect(readdirSync(bed.runFolder).toSorted()).toEqual([
      "import-screen.txt",
      "import.log",
      "rebuild-screen.txt",
      "rebuild.log",
      "snapshot",
    ]);
  });

  it("keeps the password out of journal, events and kept files", async () => {
    bed = await importBed();
    const password = "s3cr3tpw";
    const context = await bed.context();
    const request = bed.request({ runner: simulatedRunner(bed.postoffice), password: async () => password });
    await expect(importFile(request, context)).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    const kept = readdirSync(bed.runFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(JSON.stringify([context.entries, context.reporter.events, kept])).not.toContain(password);
    expect(JSON.stringify(context.entries)).toContain("-p***");
  });

  it.each(["3.2", "3.2.9", "3.5", "3.5.34"] as const)("is proved with IMPORT %s", async (version) => {
    bed = await importBed();
    bed.postoffice.simulate({ version });
    expect(await importFile(bed.request(), await bed.context())).toMatchObject({ verdict: { outcome: "succeeded" } });
  });

  it("follows the case of the tree", async () => {
    bed = await importBed({ ...REQUESTOR, lowerCase: true });
    const context = await bed.context();
    expect(await importFile(bed.request(), context)).toMatchObject({ verdict: { outcome: "succeeded" } });
    const drop = context.entries.find((entry) => entry.type === "intent" && entry.step === "import.drop");
    expect(drop).toMatchObject({
      data: { path: join(bed.root, "glb", "resync.glb"), temporary: join(bed.root, "glb", "resync.$$$") },
    });
    expect(Object.keys(bed.tree()).filter((path) => path !== path.toLowerCase())).toEqual([]);
  });

  it("puts a lower-case tree back as it was", async () => {
    bed = await importBed({ ...REQUESTOR, lowerCase: true });
    bed.postoffice.simulate({ failure: "fatal-7" });
    const before = bed.tree();
    await expect(importFile(bed.request(), await bed.context())).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    expect(bed.tree()).toEqual(before);
  });

  it("says what will be lost before it changes anything", async () => {
    bed = await importBed({
      ...REQUESTOR,
      pending: ["A Waiting\tPCM:SIMNET/SIMPO/waiting", "A Another\tPCM:SIMNET/SIMPO/other"],
    });
    const context = await bed.context();
    await importFile(bed.request(), context);
    expect(texts(context, "warning")).toContainEqual(expect.stringContaining("will never be sent"));
    const events = context.reporter.events.map((event) => (event.type === "step" ? event.id : event.type));
    expect(events.indexOf("warning")).toBeLessThan(events.indexOf("import-snapshot"));
  });

  it("does nothing for a file that was imported before", async () => {
    bed = await importBed();
    const before = bed.tree();
    const context = await bed.context();
    const alreadyImported = { run: "20260101-110000-aaaa", at: "2026-01-01T11:00:00.000Z" };
    expect(await importFile(bed.request({ alreadyImported }), context)).toEqual({
      outcome: "unchanged",
      ...alreadyImported,
    });
    expect(bed.tree()).toEqual(before);
    expect(context.entries).toHaveLength(1);
  });
});

describe("a dry run", () => {
  it("looks at everything, changes nothing, and tells each act with its path or command", async () => {
    bed = await importBed();
    const before = bed.tree();
    const context = await bed.context({ dryRun: true });
    const result = await importFile(bed.request({ rebuild: true }), context);
    expect(result).toMatchObject({
      outcome: "dry run",
      commands: ["IMPORT ADMIN -p*** -q -y -dM -n", "REBUILD -f -dM"],
    });
    expect(texts(context, "would")).toEqual([
      `make the lock file ${bed.root}/RESYNC.LCK`,
      `copy every file that IMPORT may write from ${bed.root} to ${bed.runFolder}/snapshot`,
      `copy ${bed.file} to ${bed.root}/GLB/RESYNC.$$$, read it back, and name it ${bed.root}/GLB/RESYNC.GLB`,
      "IMPORT ADMIN -p*** -q -y -dM -n",
      "REBUILD -f -dM",
      expect.stringContaining("judge it"),
      `remove the lock file ${bed.root}/RESYNC.LCK`,
    ]);
    expect(JSON.stringify([result, context.reporter.events])).not.toContain(PASSWORD);
    expect(bed.tree()).toEqual(before);
    expect(readdirSync(bed.runFolder)).toEqual([]);
  });

  it("refuses what the import would refuse", async () => {
    bed = await importBed();
    writeFileSync(join(bed.root, "GLB", "SORTLOCK.GLB"), "");
    await expect(importFile(bed.request(), await bed.context({ dryRun: true }))).rejects.toMatchObject({
      code: "POSTOFFICE_NOT_READY",
    });
  });
});

describe("an import that is refused", () => {
  /** What stands in the way, the error, and the word that names it. */
  const obstacles: [string, (root: string) => unknown, string, string][] = [
    [
      "a RESYNC.GLB",
      (root) => writeFileSync(join(root, "GLB/RESYNC.GLB"), "x"),
      "POSTOFFICE_NOT_READY",
      "never overwritten",
    ],
    ["a full queue", (root) => writeFileSync(join(root, "GLB/NMETRANS.GLB"), "x"), "POSTOFFICE_NOT_READY", "NMETRANS"],
    ["a missing NETWORK.GLB", (root) => rmSync(join(root, "GLB/NETWORK.GLB")), "POSTOFFICE_NOT_READY", "NETWORK.GLB"],
    ["no MASTER.GLB", (root) => rmSync(join(root, "GLB/MASTER.GLB")), "POSTOFFICE_NOT_READY", "no postoffice"],
    [
      "two spellings",
      (root) => writeFileSync(join(root, "GLB/master.glb"), "x"),
      "POSTOFFICE_NOT_READY",
      "two spellings",
    ],
    ["a torn XTN file", (root) => appendFileSync(join(root, "XTN/00000001.XTN"), "x"), "POSTOFFICE_NOT_READY", "698"],
    ["a list that changed", () => appendFileSync(bed.file, "x"), "FILE_CHANGED", "master.glb"],
    ["no list", () => rmSync(bed.file), "NOT_FOUND", "master.glb"],
    [
      "no program",
      () => renameSync(bed.postoffice.executables, `${bed.postoffice.executables}-`),
      "PROGRAM_MISSING",
      "MAILEXE",
    ],
  ];
  it.each(obstacles)("because of %s leaves everything as it was", async (_name, obstruct, code, word) => {
    bed = await importBed();
    obstruct(bed.root);
    const before = bed.tree();
    const runner = commandRunner({ command: [join(bed.postoffice.executables, "import.mjs")], postoffice: bed.root });
    const request = bed.request(code === "PROGRAM_MISSING" ? { runner } : {});
    const error = await importFile(request, await bed.context()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, state: expect.stringMatching(/not (changed|touched)|Nothing was/u) });
    expect(JSON.stringify([error, (error as Error).message])).toContain(word);
    expect(bed.tree()).toEqual(before);
  });

  it("names every reason at once, each with its remedy", async () => {
    bed = await importBed({ ...REQUESTOR, requestors: ["NET/PO1"] });
    writeFileSync(join(bed.root, "GLB/SRVTRANS.GLB"), "x");
    writeFileSync(join(bed.root, "GLB/SORTLOCK.GLB"), "");
    const error = importFile(bed.request(), await bed.context());
    await expect(error).rejects.toMatchObject({
      exitCode: 3,
      facts: { refused: ["role", "queues", "sortlock"] },
      message: expect.stringContaining("for 3 reasons"),
      hint: expect.stringMatching(/never for the server.*type nul.*delete GLB\\SORTLOCK/su),
    });
  });

  it("because another run holds the postoffice names that run", async () => {
    bed = await importBed();
    const run = "20260101-090000-othr" as RunId;
    const lock = await acquireLock(join(bed.root, "RESYNC.LCK"), { run, clock: systemClock, what: "it" });
    const before = bed.tree();
    for (const dryRun of [false, true]) {
      await expect(importFile(bed.request(), await bed.context({ dryRun }))).rejects.toMatchObject({
        code: "LOCKED",
        message: expect.stringContaining(run),
      });
    }
    expect(bed.tree()).toEqual(before);
    await lock.release();
  });

  it.each([
    ["an empty password", { password: async () => "" }, "SECRET_MISSING"],
    ["a drive that is a path", { driveLetter: "M:\\" }, "USAGE"],
    ["a mailbox with a blank", { admin: "the admin" }, "USAGE"],
  ])("because of %s touches nothing", async (_name, changes, code) => {
    bed = await importBed();
    const before = bed.tree();
    await expect(importFile(bed.request(changes), await bed.context())).rejects.toMatchObject({ code, exitCode: 2 });
    expect(bed.tree()).toEqual(before);
  });
});
