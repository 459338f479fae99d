import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../../src/clock.ts";
import { importFile } from "../../src/import/import.ts";
import { recoverImport } from "../../src/import/recover.ts";
import { rollbackRun } from "../../src/import/rollback-run.ts";
import type { JournalEntry } from "../../src/journal/journal.ts";
import { importBed, type ImportBed, type Tree } from "./support.ts";

/** Waits that prove quiet are short; all else is real. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal) };
const LEFT = ["GLB/IUSRTRAN.GLB", "GLB/SORTLOCK.GLB", "GLB/RESYNC.GLB", "USR/IMPORT.USR", "INF/IMPORT.INF"];

let bed: ImportBed;
let before: Tree;
const at = (path: string) => join(bed.root, path);

beforeEach(async () => {
  bed = await importBed();
  writeFileSync(at("GLB/SRVTRANS.GLB"), "an old queue");
  for (const path of LEFT) writeFileSync(at(path), path.endsWith(".USR") ? Buffer.alloc(53) : "left over");
  // The very list that is imported: nothing may take it for the one that this run dropped.
  writeFileSync(at("GLB/RESYNC.GLB"), readFileSync(bed.file));
  before = bed.tree();
});
afterEach(() => bed.remove());

/** The journal of a mending import up to a line, as a crash leaves it. */
async function cutOffAfter(type: JournalEntry["type"], step: string, count: number): Promise<JournalEntry[]> {
  let reached = () => {};
  let seen = 0;
  const stood = new Promise<void>((resolve) => (reached = resolve));
  const context = await bed.context({
    clock,
    onEntry: (entry) => {
      if (entry.type !== type || !("step" in entry) || entry.step !== step || ++seen < count) return undefined;
      reached();
      return new Promise<never>(() => undefined);
    },
  });
  void importFile(bed.request({ mend: true }), context);
  await stood;
  const holder = JSON.parse(readFileSync(at("RESYNC.LCK"), "utf8")) as Record<string, unknown>;
  writeFileSync(at("RESYNC.LCK"), JSON.stringify({ ...holder, pid: 2 ** 22 + 1, start: "gone" }));
  return [...context.entries];
}

describe("mending", () => {
  it("is offered where left-overs are all that stands in the way, and not done unasked", async () => {
    const context = await bed.context({ clock });
    await expect(importFile(bed.request(), context)).rejects.toMatchObject({
      code: "POSTOFFICE_NOT_READY",
      hint: expect.stringContaining("--mend"),
    });
    expect(bed.tree()).toEqual(before);
  });

  it("empties queues and deletes left-overs, tells and journals each, and the import succeeds", async () => {
    const context = await bed.context({ clock });
    expect(await importFile(bed.request({ mend: true }), context)).toMatchObject({ outcome: "imported" });
    expect(LEFT.filter((path) => existsSync(at(path)))).toEqual([]);
    expect(statSync(at("GLB/SRVTRANS.GLB")).size).toBe(0);
    const told = context.reporter.events.flatMap((event) => (event.type === "note" ? [event.text] : []));
    expect(told.filter((text) => text.startsWith("Mended: "))).toHaveLength(LEFT.length + 1);
    const intents = context.entries.filter((entry) => entry.type === "intent" && entry.step === "import.mend");
    expect(intents).toHaveLength(LEFT.length + 1);
    // Taking the good import back brings back what was mended, too.
    await rollbackRun(context.entries, await bed.context({ clock }));
    expect(bed.tree()).toEqual(before);
  });

  it("does not mend what is no left-over", async () => {
    writeFileSync(at("GLB/SRVCONF.GLB"), "");
    before = bed.tree();
    await expect(importFile(bed.request({ mend: true }), await bed.context({ clock }))).rejects.toMatchObject({
      code: "POSTOFFICE_NOT_READY",
      facts: { refused: ["role"] },
    });
    expect(bed.tree()).toEqual(before);
  });

  it("does not mend while somebody works", async () => {
    let n = 0;
    const busy: Clock = {
      ...clock,
      async sleep(ms, signal) {
        writeFileSync(at("GLB/USRTRANS.GLB"), "x".repeat(++n));
        await clock.sleep(ms, signal);
      },
    };
    await expect(importFile(bed.request({ mend: true }), await bed.context({ clock: busy }))).rejects.toMatchObject({
      code: "POSTOFFICE_NOT_READY",
      message: expect.stringContaining("not mended"),
    });
    expect(readFileSync(at("GLB/SRVTRANS.GLB"), "utf8")).toBe("an old queue");
    expect(existsSync(at("RESYNC.LCK"))).toBe(false);
  });

  it("is undone when IMPORT fails", async () => {
    bed.postoffice.simulate({ failure: "fatal-7" });
    await expect(importFile(bed.request({ mend: true }), await bed.context({ clock }))).rejects.toMatchObject({
      code: "IMPORT_FAILED",
    });
    expect(bed.tree()).toEqual(before);
  });

  it("is undone when Ctrl-C comes in the middle", async () => {
    const interrupt = new AbortController();
    const context = await bed.context({
      clock,
      signal: interrupt.signal,
      onEntry: (entry) => {
        if (entry.type === "done" && entry.step === "import.mend") interrupt.abort();
      },
    });
    await expect(importFile(bed.request({ mend: true }), context)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(bed.tree()).toEqual(before);
  });

  it("tells its acts in a dry run and does none", async () => {
    const context = await bed.context({ dryRun: true, clock });
    await importFile(bed.request({ mend: true }), context);
    const acts = context.reporter.events.flatMap((event) => (event.type === "would" ? [event.act] : []));
    expect(acts).toContain("empty GLB\\SRVTRANS.GLB (12 bytes)");
    expect(acts).toContain("delete GLB\\SORTLOCK.GLB (9 bytes)");
    expect(bed.tree()).toEqual(before);
  });

  it.each([
    ["intent", "import.mend", 1],
    ["done", "import.mend", 3],
    ["done", "import.mend", 6],
    ["intent", "import.drop", 1],
    ["done", "import.drop", 1],
    ["intent", "import.run", 1],
  ] as const)("is undone by recover after a crash at the %s of %s, number %i", async (type, step, count) => {
    const entries = await cutOffAfter(type, step, count);
    const context = await bed.context({ clock });
    expect(await recoverImport(entries, context, { quietMs: 1 })).toMatchObject({ outcome: "undone" });
    expect(bed.tree()).toEqual(before);
  });
});
