import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importFile } from "../../src/import/import.ts";
import { missingFrom, readExtract } from "../../src/import/keep-local/extract-text.ts";
import { recoverImport } from "../../src/import/recover.ts";
import { rollbackRun } from "../../src/import/rollback-run.ts";
import type { ImportRunner } from "../../src/import/runner/import-runner.ts";
import type { JournalEntry } from "../../src/journal/journal.ts";
import { importBed, simulatedRunner, type ImportBed, type Tree } from "./support.ts";

let bed: ImportBed;
beforeEach(async () => {
  bed = await importBed();
});
afterEach(() => bed.remove());

const at = (path: string) => join(bed.root, path);
const inRun = (name: string) => join(bed.runFolder, name);
const ask = (changes = {}) => bed.request({ runner: simulatedRunner(bed.postoffice), keepLocal: true, ...changes });

/** Everything but the log, which the first extract adds to before the snapshot is taken. */
function lists(): Tree {
  return Object.fromEntries(Object.entries(bed.tree()).filter(([path]) => path !== "LOG/DIRSYNC.LOG"));
}

/** A runner in which something happens before or instead of one of IMPORT's runs. */
function disturbed(disturb: (args: string[], run: ImportRunner["run"]) => ImportRunner["run"]): ImportRunner {
  const runner = simulatedRunner(bed.postoffice);
  return {
    ...runner,
    run: async (call, options) =>
      disturb(
        call.args.map(({ text }) => text),
        runner.run,
      )(call, options),
  };
}

describe("keeping local addresses", () => {
  it("says and keeps what an import took from the lists", async () => {
    const context = await bed.context();
    const result = await importFile(ask(), context);
    expect(result).toMatchObject({ outcome: "imported", local: { addedBack: false, file: inRun("local.txt") } });
    const kept = readExtract(readFileSync(inRun("local.txt"))) ?? [];
    expect(kept.map(({ key }) => key)).toEqual(
      ["PO1", "PO2"].flatMap((po) => [0, 1, 2, 3].map((n) => `PCM:NET/${po}/OLD${n}`)),
    );
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "warning", text: expect.stringContaining("Old PO1 0 (PCM:NET/PO1/OLD0)") }),
    );
    expect(existsSync(at("RESYNCXT.TXT"))).toBe(false);
  });

  it("adds them back and proves it, and a roll-back takes all of it back", async () => {
    const before = lists();
    const context = await bed.context();
    const result = await importFile(ask({ addBack: true, rebuild: true }), context);
    expect(result).toMatchObject({ outcome: "imported", local: { addedBack: true } });
    const added = readExtract(readFileSync(inRun("lists-added.txt"))) ?? [];
    const first = readExtract(readFileSync(inRun("lists-before.txt"))) ?? [];
    expect(missingFrom(first, added)).toEqual([]);
    expect(added.map(({ key }) => key)).toContain("PCM:NET/PO1/NEW0");
    await rollbackRun(context.entries, await bed.context());
    expect(lists()).toEqual(before);
  }, 20_000);

  it("says which addresses did not come back; the import stays", async () => {
    const runner = disturbed((args, run) => (call, options) => {
      const gone = args.includes("-a") ? readFileSync(at("RESYNCXT.TXT"), "latin1").split("\r\n") : [];
      if (gone.length > 0) writeFileSync(at("RESYNCXT.TXT"), gone.slice(1).join("\r\n"));
      return run(call, options);
    });
    await expect(importFile(ask({ addBack: true, runner }), await bed.context())).rejects.toMatchObject({
      code: "KEEP_LOCAL_FAILED",
      message: expect.stringMatching(/^1 addresses were not added back:\n- Old PO1 0 \(PCM:NET\/PO1\/OLD0\)$/u),
      state: expect.stringContaining("The import is good and stays."),
    });
    expect(existsSync(at("RESYNC.LCK"))).toBe(false);
  }, 20_000);

  it("imports nothing when the first extract fails or is not whole", async () => {
    const before = lists();
    const nothing = disturbed((args, run) =>
      args.includes("-x") ? async () => ({ kind: "ended", exitCode: 0, screen: "", durationMs: 1 }) : run,
    );
    await expect(importFile(ask({ runner: nothing }), await bed.context())).rejects.toMatchObject({
      code: "KEEP_LOCAL_FAILED",
      state: expect.stringContaining("Nothing was imported"),
    });
    const damaged = disturbed((args, run) => async (call, options) => {
      const end = await run(call, options);
      if (args.includes("-x")) writeFileSync(at("RESYNCXT.TXT"), "A half a li");
      return end;
    });
    await expect(importFile(ask({ runner: damaged }), await bed.context())).rejects.toMatchObject({
      code: "KEEP_LOCAL_FAILED",
    });
    expect(lists()).toEqual(before);
  });

  it.each([
    [1, "undone"],
    [2, "kept"],
    [3, "kept"],
  ])(
    "is picked up by recover after a crash in text import %i: %s",
    async (count, outcome) => {
      let reached = () => {};
      let seen = 0;
      const stood = new Promise<void>((resolve) => (reached = resolve));
      const onEntry = (entry: JournalEntry) => {
        if (entry.type !== "intent" || entry.step !== "import.text-import" || ++seen < count) return undefined;
        reached();
        return new Promise<never>(() => undefined);
      };
      const before = lists();
      const context = await bed.context({ onEntry });
      void importFile(ask({ addBack: true }), context);
      await stood;
      writeFileSync(at("RESYNCXT.TXT"), "left by the crash");
      const holder = JSON.parse(readFileSync(at("RESYNC.LCK"), "utf8")) as Record<string, unknown>;
      writeFileSync(at("RESYNC.LCK"), JSON.stringify({ ...holder, pid: 2 ** 22 + 1, start: "gone" }));
      const entries = [...context.entries];
      expect(await recoverImport(entries, await bed.context(), { quietMs: 10 })).toMatchObject({ outcome });
      expect(existsSync(at("RESYNCXT.TXT"))).toBe(false);
      if (outcome === "kept") await rollbackRun(entries, await bed.context());
      expect(lists()).toEqual(before);
    },
    20_000,
  );

  it("is undone by recover when IMPORT was cut off while it added: the lists are as the import made them", async () => {
    let reached = () => {};
    const stood = new Promise<void>((resolve) => (reached = resolve));
    let seen = 0;
    const onEntry = (entry: JournalEntry) => {
      if (entry.type !== "intent" || entry.step !== "import.text-import" || ++seen < 3) return undefined;
      reached();
      return new Promise<never>(() => undefined);
    };
    const context = await bed.context({ onEntry });
    void importFile(ask({ addBack: true }), context);
    await stood;
    const imported = lists();
    // What an IMPORT that died while it added may leave.
    appendFileSync(at("USR/00000004.USR"), Buffer.alloc(53));
    writeFileSync(at("USR/IMPORT.USR"), "half a list");
    appendFileSync(at("NME/ADMIN.NME"), Buffer.alloc(45));
    const holder = JSON.parse(readFileSync(at("RESYNC.LCK"), "utf8")) as Record<string, unknown>;
    writeFileSync(at("RESYNC.LCK"), JSON.stringify({ ...holder, pid: 2 ** 22 + 1, start: "gone" }));
    expect(await recoverImport([...context.entries], await bed.context(), { quietMs: 10 })).toMatchObject({
      outcome: "kept",
      state: expect.stringContaining("Nothing was added back"),
    });
    expect({ ...lists(), "RESYNC.LCK": "" }).toEqual({ ...imported, "RESYNC.LCK": "" });
  }, 20_000);

  it("without extracts says which lists are replaced, and what cannot be known", async () => {
    const context = await bed.context({ dryRun: true });
    await importFile(bed.request(), context);
    const notes = context.reporter.events.flatMap((event) => (event.type === "note" ? [event.text] : []));
    expect(notes.join("\n")).toContain("- PCM:NET/PO2: 4 now, 5 in the new list");
    expect(notes.join("\n")).toContain("cannot be known without --keep-local");
    expect(notes.join("\n")).not.toContain("PO9");
  });
});
