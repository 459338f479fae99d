import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recoverImport } from "../../../src/import/recover.ts";
import type { JournalEntry } from "../../../src/journal/journal.ts";
import { importBed, testContext, treeOf, type ImportBed, type Tree } from "../support.ts";

const CHILD = fileURLToPath(new URL("../../../fixtures/programs/import-once.mjs", import.meta.url));
/** The long campaign (docs/import.md) sets more. */
const RANDOM_KILLS = Number(process.env["RESYNC_TEST_KILLS"] ?? 2);
/** `2/8`: the second of eight parts of the campaign, each with moments from the whole length; the journal's lines are in the first. */
const [PIECE = 1, PIECES = 1] = (process.env["RESYNC_TEST_PIECE"] ?? "1/1").split("/").map(Number);
const ADDRESSES = Number(process.env["RESYNC_TEST_ADDRESSES"] ?? 30);

/** What an import may be asked for beside the import. */
export interface Asked {
  /** IMPORT gets one list wrong, so that all is rolled back. */
  readonly fails?: boolean;
  readonly rebuild: boolean;
  readonly mend?: boolean;
  readonly keepLocal?: boolean;
  readonly addBack?: boolean;
}

let asked: Asked;
let bed: ImportBed;
let folder: string;
/** How the postoffice's contents are before, after the import alone, and after all; and how long the whole takes, and its roll-back. */
let reference: { before: Tree; imported: Tree; after: Tree; lines: number[]; whole: Stretch; rollBack: Stretch };

/** A part of a run in which moments are chosen: from a line of the journal on, so many milliseconds. */
interface Stretch {
  readonly line: number;
  readonly ms: number;
}

/** An import that is killed: at each line of its journal, and at random moments. */
export function killedImport(how: string, what: Asked): void {
  describe(`an import that is killed, ${how},`, () => {
    beforeAll(async () => {
      asked = what;
      bed = await importBed(undefined, { "PCM:NET/PO1": ADDRESSES, "PCM:NET/PO2": 5, "PCM:NEW/PO9": ADDRESSES });
      // The program waits between its steps, so that kills fall into all of them; its log has a standing time, so that results compare.
      const failure = what.fails === true ? "finished-but-wrong" : undefined;
      bed.postoffice.simulate({ stepDelayMs: 10, now: "1996-03-13T15:33:01", failure });
      if (asked.mend) leaveOver(bed.root);
      folder = await mkdtemp(join(tmpdir(), "resync-kill-"));
      const imported = await killed({ only: { rebuild: true, mend: asked.mend ?? false } });
      const whole = await killed({});
      expect([imported.exit, whole.exit]).toEqual([
        [0, null],
        [0, null],
      ]);
      reference = {
        before: contents(bed.tree()),
        imported: contents(treeOf(imported.root)),
        after: contents(treeOf(whole.root)),
        lines: linesToKillAt(whole.entries),
        whole: { line: 1, ms: whole.ms },
        rollBack: rollBackOf(whole.entries),
      };
      if (asked.fails) expect(reference.after).toEqual(reference.before);
      else expect(reference.after).not.toEqual(reference.before);
      if (asked.addBack) expect(lists(reference.after)).not.toEqual(lists(reference.imported));
    }, 600_000);
    afterAll(async () => {
      bed.remove();
      await rm(folder, { recursive: true });
    });

    it.runIf(PIECE === 1)(
      "is finished or undone, wherever in the journal it was",
      async () => {
        const outcomes = [];
        for (const killAt of reference.lines) outcomes.push(await killAndRecover({ killAt }, `line ${killAt}`));
        expect(outcomes).toEqual(expect.arrayContaining(asked.fails ? ["undone"] : ["undone", "kept"]));
      },
      3_600_000,
    );

    it.each(moments())(
      `is finished or undone, at random moment %i of ${RANDOM_KILLS}`,
      async (moment) => {
        const { line, ms } = asked.fails && moment % 2 === 0 ? reference.rollBack : reference.whole;
        const kill = { line, ms: Math.round((moment - Math.random()) * (ms / RANDOM_KILLS)) };
        await killAndRecover({ kill }, `${kill.ms} ms after line ${line}`);
      },
      240_000,
    );
  });
}

/** From 1 on; those of this part of the campaign. */
function moments(): number[] {
  return Array.from({ length: RANDOM_KILLS }, (_, index) => index + 1).filter((n) => n % PIECES === PIECE % PIECES);
}

async function killAndRecover(how: { killAt?: number; kill?: Stretch }, where: string): Promise<string> {
  const { root, entries, before } = await killed(how);
  const context = await testContext({ run: "20260101-120000-kill" });
  const { outcome } = await recoverImport(entries, context, { quietMs: 150 });
  const after = treeOf(root);
  const now = contents(after);
  // `nothing to do`: before the lock, or after it was given back.
  const kept =
    outcome === "kept" ||
    (!asked.fails &&
      outcome === "nothing to do" &&
      entries.some((entry) => "step" in entry && entry.step === "import.verdict"));
  if (asked.fails) expect(outcome, where).not.toBe("kept");
  if (kept) expect([reference.imported, reference.after].map(lists), where).toContainEqual(lists(now));
  else
    expect(asked.keepLocal ? withoutLog(after) : after, `${where}: ${outcome}`).toEqual(
      asked.keepLocal ? withoutLog(before) : before,
    );
  if (kept) expect(STATES().map(addressList), where).toContainEqual(addressList(now));
  // A second recovery finds nothing left.
  expect(await recoverImport([...entries, ...context.entries.slice(1)], context, { quietMs: 1 }), where).toMatchObject({
    outcome: "nothing to do",
  });
  await rm(dirname(root), { recursive: true });
  return outcome;
}

/** Runs an import of a copy of the postoffice in a process of its own and kills it. */
async function killed({ killAt, kill, only = asked }: { killAt?: number; kill?: Stretch; only?: Asked }) {
  const place = await mkdtemp(join(folder, "po-"));
  const root = join(place, "MAILDATA");
  await cp(bed.root, root, { recursive: true, preserveTimestamps: true });
  const runFolder = join(place, "run");
  await mkdir(runFolder);
  const before = treeOf(root);
  const journal = join(place, "journal.jsonl");
  const { file, sha256, lists } = bed.request();
  const programs = dirname(bed.postoffice.programs.import);
  const settings = join(place, "settings.json");
  await writeFile(
    settings,
    JSON.stringify({ root, file, sha256, lists, runFolder, journal, programs, killAt, ...only }),
  );
  const child = fork(CHILD, [settings], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const gone = once(child, "exit");
  let began = 0;
  let timer: NodeJS.Timeout | undefined;
  child.on("message", (line) => {
    if (line === 1) began = performance.now();
    if (line === kill?.line) timer = setTimeout(() => child.kill("SIGKILL"), kill.ms);
  });
  const exit = await gone;
  clearTimeout(timer);
  const text = await readFile(journal, "utf8").catch(() => "");
  const entries = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as JournalEntry);
  return { root, before, entries, exit, ms: performance.now() - began };
}

/** What the files hold, without their times. */
function contents(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([path, state]) => [path, state.split(" ").slice(0, 2).join(" ")]),
  );
}

const GAL = /^(NME\/GAL\.NME|GLB\/GAL(INDEX|NETPO)\.GLB)$/u;

/** The list that REBUILD makes: as before or as after, whole, whatever became of the import. REBUILD's log lines go with it. */
function addressList(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => GAL.test(path)));
}

/** All but the Global Address List and the log. */
function lists(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(withoutLog(tree)).filter(([path]) => !GAL.test(path)));
}

/** The first extract, before anything is changed, logs. */
function withoutLog(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => path !== "LOG/DIRSYNC.LOG"));
}

/** Every line of the journal; of the import that does everything, in the short form, the lines that the other has not. */
function linesToKillAt(entries: readonly JournalEntry[]): number[] {
  const own = (entry: JournalEntry) =>
    "step" in entry && /\.(text-import|mend|local|add-back|roll-back)$/u.test(entry.step);
  const all = asked.mend && RANDOM_KILLS < 10 ? entries.filter(own) : entries;
  return all.map((entry) => entries.indexOf(entry) + 1);
}

/** From the line that announces the roll-back to the one that says it is done. */
function rollBackOf(entries: readonly JournalEntry[]): Stretch {
  const [begin, end] = entries.filter((entry) => "step" in entry && entry.step === "import.roll-back");
  if (!begin || !end) return { line: 1, ms: 0 };
  return { line: entries.indexOf(begin) + 1, ms: Date.parse(end.at) - Date.parse(begin.at) };
}

const STATES = (): Tree[] => [reference.before, reference.imported, reference.after];

/** What an earlier import left behind. */
function leaveOver(root: string): void {
  writeFileSync(join(root, "GLB/SRVTRANS.GLB"), "an old queue");
  writeFileSync(join(root, "GLB/IUSRTRAN.GLB"), "left over");
  writeFileSync(join(root, "USR/IMPORT.USR"), Buffer.alloc(53));
}
