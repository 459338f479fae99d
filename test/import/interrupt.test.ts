import { afterEach, describe, expect, it } from "vitest";
import { hasCode, ResyncError } from "../../src/errors.ts";
import { importFile } from "../../src/import/import.ts";
import type { JournalEntry } from "../../src/journal/journal.ts";
import { importBed, simulatedRunner, type ImportBed } from "./support.ts";

let bed: ImportBed;
afterEach(() => bed.remove());

/** Journal lines of a whole import. */
async function linesOfAnImport(rebuild: boolean): Promise<JournalEntry[]> {
  bed = await importBed();
  const context = await bed.context();
  await importFile(bed.request({ rebuild }), context);
  bed.remove();
  return context.entries;
}

describe("Ctrl-C", () => {
  it("at every line of the journal leaves the postoffice as before, or with the proved import", async () => {
    const lines = await linesOfAnImport(true);
    const settled = lines.findIndex((entry) => entry.type === "note" && entry.step === "import.verdict");
    for (let at = 1; at < lines.length; at++) {
      bed = await importBed();
      const before = bed.tree();
      const stop = new AbortController();
      const context = await bed.context({
        signal: stop.signal,
        onEntry: (_entry, index) => {
          if (index === at) stop.abort();
        },
      });
      const end = await importFile(bed.request({ rebuild: true }), context).catch((error: unknown) => error);
      const where = JSON.stringify(lines[at]);
      if (at < settled) {
        expect(hasCode(end, "INTERRUPTED"), where).toBe(true);
        expect(end).toMatchObject({ exitCode: 130, state: expect.stringMatching(/as (it was )?before|not changed/u) });
        expect(bed.tree(), where).toEqual(before);
      } else {
        // The import stands; a REBUILD under way is undone, one that is judged stays.
        if (end instanceof ResyncError)
          expect(end, where).toMatchObject({ code: "INTERRUPTED", state: expect.stringContaining("lists stay") });
        else expect(end, where).toMatchObject({ outcome: "imported" });
        expect(bed.tree()["GLB/RESYNC.GLB"], where).toBe(undefined);
      }
      expect(context.entries.at(-1), where).toMatchObject({ type: "done", step: "import.unlock" });
      bed.remove();
    }
  }, 240_000);

  it("ends a program that hangs, and everything it started", async () => {
    bed = await importBed();
    bed.postoffice.simulate({ failure: "hang-idle" });
    const before = bed.tree();
    const stop = new AbortController();
    const context = await bed.context({
      signal: stop.signal,
      onEntry: (entry) => {
        if (entry.type === "note" && entry.step === "import.started") setTimeout(() => stop.abort(), 300);
      },
    });
    await expect(importFile(bed.request({ runner: simulatedRunner(bed.postoffice) }), context)).rejects.toMatchObject({
      code: "INTERRUPTED",
      state: expect.stringContaining("as it was before"),
    });
    expect(bed.tree()).toEqual(before);
  });
});

describe("a journal that cannot be written any more", () => {
  it("at every line leaves the postoffice as before, or with the proved import", async () => {
    const lines = await linesOfAnImport(false);
    const settled = lines.findIndex((entry) => entry.type === "note" && entry.step === "import.verdict");
    for (let at = 1; at < lines.length; at++) {
      bed = await importBed();
      const before = bed.tree();
      const context = await bed.context({
        onEntry: (_entry, index) => {
          if (index >= at) throw new Error("ENOSPC: no space left on device");
        },
      });
      const end = await importFile(bed.request(), context).catch((error: unknown) => error);
      const where = JSON.stringify(lines[at]);
      if (at <= settled) {
        expect(String(end), where).toContain("ENOSPC");
        expect(bed.tree(), where).toEqual(before);
      } else {
        expect(bed.tree()["GLB/RESYNC.GLB"], where).toBe(undefined);
      }
      bed.remove();
    }
  }, 240_000);
});
