import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { importFile } from "../../src/import/import.ts";
import { recoverImport } from "../../src/import/recover.ts";
import { rollbackRun } from "../../src/import/rollback-run.ts";
import { findMarked, markedEnvironment, parentMark } from "../../src/import/runner/parent-mark.ts";
import type { JournalEntry } from "../../src/journal/journal.ts";
import { identify } from "../../src/journal/process-identity.ts";
import { importBed, type ImportBed } from "./support.ts";

const RUN = "20260101-120000-test";
let bed: ImportBed;
afterEach(() => bed.remove());
const at = (path: string) => join(bed.root, path);
const quick = { quietMs: 10 };

/** The journal of an import up to its `intent` or `done` of a step, as a crash leaves it, with the postoffice in that state. */
async function cutOffAfter(type: JournalEntry["type"], step: string): Promise<JournalEntry[]> {
  const context = await bed.context({
    onEntry: (entry) => {
      if (entry.type !== type || !("step" in entry) || entry.step !== step) return undefined;
      reached();
      // Nobody goes on from here: the run is as good as dead.
      return new Promise<never>(() => undefined);
    },
  });
  let reached = () => {};
  const stood = new Promise<void>((resolve) => (reached = resolve));
  void importFile(bed.request(), context);
  await stood;
  die();
  return [...context.entries];
}

/** Turns the lock into one of a process that is no more. */
function die(): void {
  const holder = JSON.parse(readFileSync(at("RESYNC.LCK"), "utf8")) as Record<string, unknown>;
  writeFileSync(at("RESYNC.LCK"), JSON.stringify({ ...holder, pid: 2 ** 22 + 1, start: "gone" }));
}

describe("recovering", () => {
  it("does nothing for a run that ended in order, or never came to a postoffice", async () => {
    bed = await importBed();
    const context = await bed.context();
    await importFile(bed.request(), context);
    const tree = bed.tree();
    expect(await recoverImport(context.entries, context, quick)).toMatchObject({ outcome: "nothing to do" });
    expect(await recoverImport(context.entries.slice(0, 2), context, quick)).toMatchObject({
      outcome: "nothing to do",
    });
    expect(bed.tree()).toEqual(tree);
  });

  it("does nothing for a run that another one kept from the postoffice", async () => {
    bed = await importBed();
    writeFileSync(at("RESYNC.LCK"), "somebody");
    const context = await bed.context();
    await expect(importFile(bed.request(), context)).rejects.toMatchObject({ code: "LOCKED" });
    expect(await recoverImport(context.entries, context, quick)).toMatchObject({ outcome: "nothing to do" });
    expect(readFileSync(at("RESYNC.LCK"), "utf8")).toBe("somebody");
  });

  it("is refused while the run lives", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("done", "import.snapshot");
    const holder = JSON.parse(readFileSync(at("RESYNC.LCK"), "utf8")) as Record<string, unknown>;
    const start = (await identify(process.pid))?.start;
    writeFileSync(at("RESYNC.LCK"), JSON.stringify({ ...holder, pid: process.pid, start }));
    await expect(recoverImport(entries, await bed.context(), quick)).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("in a dry run says what it would do and does nothing", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("done", "import.drop");
    const tree = bed.tree();
    const context = await bed.context({ dryRun: true });
    await recoverImport(entries, context, quick);
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "would", act: expect.stringContaining("take RESYNC.GLB out again") }),
    );
    expect(bed.tree()).toEqual(tree);
  });

  it("ends a program that was left running, by its number and start", async () => {
    bed = await importBed();
    const before = bed.tree();
    const entries = await cutOffAfter("intent", "import.run");
    const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
    await once(left, "spawn");
    const gone = once(left, "exit");
    const note = (pid: number, start?: string): JournalEntry => ({
      at: "",
      type: "note",
      step: "import.started",
      data: { pid, start },
    });
    const pid = left.pid ?? 0;
    // A number without a start might be somebody else's process by now: it is left alone, and nothing is put back.
    await expect(recoverImport([...entries, note(pid)], await bed.context(), quick)).rejects.toMatchObject({
      code: "IMPORT_UNDETERMINED",
    });
    expect(await identify(pid)).toBeDefined();
    die();
    const own = note(pid, (await identify(pid))?.start);
    expect(await recoverImport([...entries, own], await bed.context(), quick)).toMatchObject({ outcome: "undone" });
    expect((await gone)[1]).toBe("SIGKILL");
    expect(bed.tree()).toEqual(before);
  });

  it.runIf(process.platform === "linux")(
    "ends a program that was started and not journaled yet, and all it started",
    async () => {
      bed = await importBed();
      const before = bed.tree();
      const entries = await cutOffAfter("intent", "import.run");
      const idle = "setInterval(() => {}, 1000)";
      const parent = `require("child_process").spawn(process.execPath, ["-e", "${idle}"], { detached: true, stdio: "ignore" }); ${idle}`;
      const env = { ...process.env, ...(await markedEnvironment()) };
      const left = spawn(process.execPath, ["-e", parent], { detached: true, env });
      await once(left, "spawn");
      const mark = await parentMark();
      while ((await findMarked(mark)).length < 2) await new Promise((resolve) => setImmediate(resolve));
      expect(await recoverImport(entries, await bed.context(), quick)).toMatchObject({ outcome: "undone" });
      expect(await findMarked(mark)).toEqual([]);
      expect(bed.tree()).toEqual(before);
    },
  );

  it("waits for no one who still writes: it refuses", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("intent", "import.run");
    const writing = setInterval(() => appendFileSync(at("GLB/SRVTRANS.GLB"), "x"), 2);
    try {
      const recovered = recoverImport(entries, await bed.context(), { quietMs: 100 });
      await expect(recovered).rejects.toMatchObject({ code: "IMPORT_UNDETERMINED" });
    } finally {
      clearInterval(writing);
    }
  });

  it("refuses when the log shows that others worked there since", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("intent", "import.run");
    appendFileSync(
      at("LOG/DIRSYNC.LOG"),
      "03/13/96 15:33:01 | Status       Microsoft (R) Mail DirSync Requestor V3.5.12\r\n",
    );
    writeFileSync(at("USR/00000004.USR"), "");
    const tree = bed.tree();
    await expect(recoverImport(entries, await bed.context(), quick)).rejects.toMatchObject({
      code: "ROLLBACK_REFUSED",
      message: expect.stringContaining("REQMAIN 3.5.12"),
    });
    expect({ ...bed.tree(), "RESYNC.LCK": "" }).toEqual({ ...tree, "RESYNC.LCK": "" });
  });

  it("tells when the site's own cycle took the dropped list", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("done", "import.drop");
    rmSync(at("GLB/RESYNC.GLB"));
    expect(await recoverImport(entries, await bed.context(), quick)).toMatchObject({
      outcome: "undetermined",
      state: expect.stringContaining("own cycle"),
    });
  });

  it("leaves a RESYNC.GLB of somebody else", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("intent", "import.drop");
    writeFileSync(at("GLB/RESYNC.GLB"), "another one");
    expect(await recoverImport(entries, await bed.context(), quick)).toMatchObject({
      outcome: "undone",
      state: expect.stringContaining("somebody else"),
    });
    expect(readFileSync(at("GLB/RESYNC.GLB"), "utf8")).toBe("another one");
  });

  it("says so when the snapshot is gone", async () => {
    bed = await importBed();
    const entries = await cutOffAfter("intent", "import.run");
    rmSync(join(bed.runFolder, "snapshot"), { recursive: true });
    await expect(recoverImport(entries, await bed.context(), quick)).rejects.toMatchObject({ code: "ROLLBACK_FAILED" });
  });
});

describe("rolling a good import back", () => {
  async function imported(rebuild: boolean) {
    bed = await importBed();
    const before = bed.tree();
    const context = await bed.context();
    await importFile(bed.request({ rebuild }), context);
    return { before, after: bed.tree(), entries: context.entries };
  }

  it.each([false, true])("puts everything back, with REBUILD: %s", async (rebuild) => {
    const { before, entries } = await imported(rebuild);
    const context = await bed.context({ run: "20260102-120000-back" });
    const { restored, removed } = await rollbackRun(entries, context);
    expect(bed.tree()).toEqual(before);
    expect(restored.length).toBeGreaterThan(3);
    expect(removed.length).toBeGreaterThan(0);
  });

  it("shows each file in a dry run", async () => {
    const { after, entries } = await imported(false);
    const context = await bed.context({ dryRun: true });
    const { restored } = await rollbackRun(entries, context);
    expect(context.reporter.events.filter(({ type }) => type === "would").length).toBeGreaterThanOrEqual(
      restored.length,
    );
    expect(bed.tree()).toEqual(after);
  });

  it("is refused with the file that was written since, changes nothing, and gives the lock back", async () => {
    const { entries } = await imported(false);
    appendFileSync(at("NME/ADMIN.NME"), Buffer.alloc(45));
    const tree = bed.tree();
    for (const dryRun of [true, false]) {
      await expect(rollbackRun(entries, await bed.context({ dryRun }))).rejects.toMatchObject({
        code: "ROLLBACK_REFUSED",
        facts: { files: ["NME/ADMIN.NME"] },
      });
    }
    expect(bed.tree()).toEqual(tree);
  });

  it("is finished by recovery when it was cut off", async () => {
    const { before, entries } = await imported(false);
    const stop = new Promise<never>(() => undefined);
    let reached = () => {};
    const stood = new Promise<void>((resolve) => (reached = resolve));
    const context = await bed.context({
      run: "20260102-120000-back",
      onEntry: (entry) =>
        entry.type === "intent" && entry.step === "import.roll-back" ? (reached(), stop) : undefined,
    });
    void rollbackRun(entries, context);
    await stood;
    die();
    const again = await bed.context({ run: "20260102-120000-back" });
    expect(await recoverImport(context.entries, again, quick)).toMatchObject({ outcome: "undone" });
    expect(bed.tree()).toEqual(before);
  });

  it("is refused for a run that kept nothing", async () => {
    bed = await importBed();
    bed.postoffice.simulate({ failure: "fatal-14" });
    const context = await bed.context();
    await expect(importFile(bed.request(), context)).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    await expect(rollbackRun(context.entries, await bed.context())).rejects.toMatchObject({
      code: "PREFLIGHT_REFUSED",
    });
  });

  it("takes an undetermined import back", async () => {
    bed = await importBed();
    const before = bed.tree();
    bed.postoffice.simulate({ failure: "log-not-writable" });
    const context = await bed.context();
    await expect(importFile(bed.request(), context)).rejects.toMatchObject({
      code: "IMPORT_UNDETERMINED",
      hint: expect.stringContaining(`resync rollback ${RUN}`),
    });
    await rollbackRun(context.entries, await bed.context());
    expect(bed.tree()).toEqual(before);
  });
});
