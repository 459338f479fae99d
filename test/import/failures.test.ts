import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { ResyncError } from "../../src/errors.ts";
import { importFile } from "../../src/import/import.ts";
import { openSnapshot } from "../../src/import/snapshot/snapshot.ts";
import { POSTOFFICE_FAILURES, type PostofficeFailure } from "../../src/simulator/postoffice/failures.ts";
import { ALL_DOS_FAILURES, controlOf } from "./dos-failures.ts";
import { importBed, inProcessRunner, LISTS, simulatedRunner, type ImportBed, type Tree } from "./support.ts";

/** What every named failure of the simulated IMPORT and REBUILD must come to. */
interface Expected {
  /** `kept`: the import stays. `as before`: every file is as it was. `both`: nothing is put back, the snapshot is kept. */
  readonly leaves: "kept" | "as before" | "both";
  readonly exitCode: number;
  readonly verdict: string;
  /** Reasons that must be among those given. */
  readonly reasons: readonly string[];
}

const failed = (...reasons: string[]): Expected => ({ leaves: "as before", exitCode: 8, verdict: "failed", reasons });
const undetermined = (...reasons: string[]): Expected => ({
  leaves: "both",
  exitCode: 12,
  verdict: "undetermined",
  reasons,
});
const warned = (...reasons: string[]): Expected => ({
  leaves: "kept",
  exitCode: 0,
  verdict: "succeeded with warnings",
  reasons,
});

const EXPECTED: Record<PostofficeFailure, Expected> = {
  "bad-password": failed("bad-password", "resync-left"),
  "fatal-91": failed("message-91", "resync-left"),
  "error-45-sortlock": failed("message-45", "sortlock-left"),
  "error-45-queues": failed("message-45", "queues-left", "temporaries-left"),
  "fatal-7": failed("message-7", "message-90"),
  "fatal-14": failed("message-14", "resync-left", "queues-left"),
  "error-44": warned("message-44"),
  "refuses-on-dss": failed("resync-left"),
  "hang-idle": failed("queues-left"),
  "hang-busy": failed("temporaries-left"),
  "hang-81": failed("queues-left"),
  crash: failed("queues-left", "sortlock-left"),
  "not-consumed": failed("resync-left"),
  "finished-but-wrong": failed("list-untouched"),
  "numbers-not-reset": undetermined("numbers-untouched"),
  "fatal-59": failed("message-59"),
  "fatal-79": failed("message-79"),
  "no-ds-msg": undetermined("no-words"),
  "log-not-writable": undetermined("no-banner"),
  "nothing-at-all": failed("resync-left"),
  "rebuild-202": warned("message-202"),
  "rebuild-203": { ...failed("message-203"), leaves: "kept" },
  "rebuild-204": { ...failed("message-204"), leaves: "kept" },
  "rebuild-no-blank-line": { ...failed("not-finished", "gal-untouched"), leaves: "kept" },
  "rebuild-hang": { ...failed("killed"), leaves: "kept" },
};

let last: ImportBed | undefined;
afterEach(() => last?.remove());

async function newBed(lists: Record<string, number>): Promise<ImportBed> {
  last = await importBed(undefined, lists);
  return last;
}

const addressList = (tree: Tree) => Object.entries(tree).filter(([path]) => /GAL|TMP/u.test(path));

describe("a named failure of the old programs", () => {
  it("a list that is new to the postoffice and stays empty is no success", async () => {
    const bed = await newBed({ "PCM:NET/PO1": 3, "PCM:NEW/PO9": 4, "SMTP:": 2 });
    bed.postoffice.simulate({ failure: "finished-but-wrong" });
    const before = bed.tree();
    await expect(importFile(bed.request(), await bed.context())).rejects.toMatchObject({
      code: "IMPORT_FAILED",
      exitCode: 8,
      facts: { reasons: expect.arrayContaining(["list-empty", "message-44"]) as string[] },
    });
    expect(bed.tree()).toEqual(before);
  });

  it.each(Object.entries(EXPECTED))("%s comes to what it must", async (name, expected) => {
    const failure = name as PostofficeFailure;
    const rebuild = POSTOFFICE_FAILURES[failure].program === "REBUILD";
    // A list of a gateway that is not installed, which some of the failures are about.
    const bed = await newBed(failure === "error-44" || failure === "no-ds-msg" ? { ...LISTS, "SMTP:": 2 } : LISTS);
    bed.postoffice.simulate({ failure });
    const before = bed.tree();
    const hangs = failure.includes("hang");
    const limits = hangs ? { idleMs: 2500, overallMs: failure === "hang-busy" ? 4000 : 30_000, pollMs: 50 } : {};
    const runner = hangs || failure === "crash" ? simulatedRunner(bed.postoffice) : inProcessRunner(bed.postoffice);
    const context = await bed.context();
    const end = await importFile(bed.request({ rebuild, limits, runner }), context).catch(
      (error: ResyncError) => error,
    );

    if ("outcome" in end) {
      const verdict = end.outcome === "imported" ? (rebuild ? end.rebuild : end.verdict) : undefined;
      expect(verdict).toMatchObject({ outcome: expected.verdict });
      expect(verdict?.reasons.map(({ id }) => id)).toEqual(expect.arrayContaining([...expected.reasons]));
      expect(expected.exitCode).toBe(0);
    } else {
      expect({ exitCode: end.exitCode, verdict: end.facts["verdict"] }, end.message).toEqual({
        exitCode: expected.exitCode,
        verdict: expected.verdict,
      });
      expect(end.facts["reasons"]).toEqual(expect.arrayContaining([...expected.reasons]));
      expect(end.state).toBeDefined();
      expect(end.hint).toBeDefined();
    }
    if (expected.leaves === "as before") expect(bed.tree()).toEqual(before);
    else expect(bed.tree()).not.toEqual(before);
    if (rebuild && expected.exitCode !== 0) expect(addressList(bed.tree())).toEqual(addressList(before));
    if (expected.leaves === "both")
      expect((await openSnapshot(`${bed.runFolder}/snapshot`))?.copied.files).toBeGreaterThan(40);
    expect(Object.keys(bed.tree())).not.toContain("RESYNC.LCK");
    expect(context.entries.at(-1)).toMatchObject({ type: "done", step: "import.unlock" });
  });
});

describe("docs/verdicts.md", () => {
  it("shows what the tests above prove (vitest -u writes it)", async () => {
    const rows = Object.entries(EXPECTED).map(([name, { leaves, exitCode, verdict, reasons }]) => {
      const { program, does, source } = POSTOFFICE_FAILURES[name as PostofficeFailure];
      return `| \`${name}\` | ${program} ${does} | ${source} | ${verdict} | ${exitCode} | ${LEAVES[leaves]}${program === "REBUILD" && exitCode !== 0 ? "; the Global Address List as before" : ""} | ${reasons.map((id) => `\`${id}\``).join(" ")} |`;
    });
    const dosRows = ALL_DOS_FAILURES.map(
      ({ control, does, source, verdict, exitCode, leaves, reasons }) =>
        `| \`${control}\` | ${does} | ${source} | ${verdict} | ${exitCode} | ${leaves} | ${reasons.map((id) => `\`${id}\``).join(" ")} |`,
    );
    const page = [...INTRODUCTION, ...rows, ...DOS_INTRODUCTION, ...dosRows];
    await expect(`${page.join("\n")}\n`).toMatchFileSnapshot("../../docs/verdicts.md");
  });

  it("leaves out nothing that the DOS stand-in can be told to do", async () => {
    const known = ALL_DOS_FAILURES.map((one) => controlOf(one)[1].slice(0, 1));
    const source = await readFile("fixtures/dos/import.asm", "utf8");
    const letters = [...source.matchAll(/^;   ([A-Z](?:, [A-Z])*)n* {2,}\S/gmu)].flatMap(([, found = ""]) =>
      found.split(", "),
    );
    expect(letters.toSorted()).toEqual(["A", "B", "E", "F", "I", "K", "S", "V", "X"]);
    // S is what it does untold, A shows its arguments.
    expect(letters.filter((letter) => !["A", "S"].includes(letter) && !known.includes(letter))).toEqual([]);
  });
});

const LEAVES: Record<Expected["leaves"], string> = {
  kept: "the import",
  "as before": "every file as before",
  both: "as IMPORT left it; the snapshot is kept",
};

const DOS_INTRODUCTION = [
  "",
  "The same under real DOSBox, with a real DOS program in the place of IMPORT.EXE and REBUILD.EXE (`fixtures/dos`), told by a control file in the postoffice's",
  "root what to do (`test/import/runner/dosbox-import.test.ts`). Where there is no verdict, the error's code stands in the last column.",
  "",
  "| control | what happens | source | verdict | exit | leaves in the postoffice | reasons, among others |",
  "|---|---|---|---|---|---|---|",
];

const INTRODUCTION = [
  "# Verdicts",
  "",
  "What becomes of an import when the old programs go wrong, for every failure that the simulated postoffice can play (docs/simulator.md). The table is",
  "written by the tests that prove it (`test/import/failures.test.ts`). The exit code of IMPORT itself counts for nothing (Q112204).",
  "",
  "| failure | what happens | source | verdict | exit | leaves in the postoffice | reasons, among others |",
  "|---|---|---|---|---|---|---|",
];
