import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { systemClock, type Clock } from "../../src/clock.ts";
import type { RunContext } from "../../src/context.ts";
import { formatHeader } from "../../src/glb/header.ts";
import { encodeGlb } from "../../src/glb/write.ts";
import { abortError } from "../../src/errors.ts";
import type { ImportRunner } from "../../src/import/runner/import-runner.ts";
import type { ImportRequest } from "../../src/import/request.ts";
import { commandRunner } from "../../src/import/runner/command.ts";
import type { ExpectedList } from "../../src/import/verdict/lists.ts";
import { openJournal, type JournalEntry, type RunId } from "../../src/journal/journal.ts";
import { recordingReporter } from "../../src/report/reporter.ts";
import { SIMULATED_LAYOUTS } from "../../src/simulator/layouts.ts";
import { postofficeFiles } from "../../src/simulator/postoffice/files.ts";
import { runImport } from "../../src/simulator/postoffice/programs/import.ts";
import { runRebuild } from "../../src/simulator/postoffice/programs/rebuild.ts";
import { readSimulation, SIMULATION_FILE } from "../../src/simulator/postoffice/simulation.ts";
import { createPostoffice, type SimulatedPostoffice } from "../../src/simulator/postoffice/create.ts";
import type { PostofficeOptions } from "../../src/simulator/postoffice/options.ts";

export const PASSWORD = "password";

/** Two lists that exist, so that an import replaces them, and one that it has to create. */
export const LISTS: Record<string, number> = { "PCM:NET/PO1": 3, "PCM:NET/PO2": 5, "PCM:NEW/PO9": 2 };

const KNOWN = ["NET/PO1", "NET/PO2"].map((name) => {
  const [network = "", postoffice = ""] = name.split("/");
  const names = Array.from({ length: 4 }, (_, n) => ({ alias: `Old ${postoffice} ${n}`, address: `old${n}` }));
  return { network, postoffice, names };
});

/** A requestor that knows two postoffices and its DSS. */
export const REQUESTOR: PostofficeOptions = {
  dss: "NET/DSS",
  external: KNOWN,
  users: [{ alias: "Local User", address: "local" }],
  sync: { reqSync: 3, srvSync: 40, importSync: 1 },
};

/** A simulated postoffice, a master list for it, and a place for a run's files; all in one temporary folder. */
export interface ImportBed {
  readonly postoffice: SimulatedPostoffice;
  readonly root: string;
  readonly file: string;
  readonly sha256: string;
  readonly runFolder: string;
  request(changes?: Partial<ImportRequest>): ImportRequest;
  /** A context whose journal lines stand in `entries`; `onEntry` is called when one is written. */
  context(options?: ContextOptions): Promise<TestContext>;
  tree(): Tree;
  remove(): void;
}

export interface ContextOptions {
  dryRun?: boolean;
  signal?: AbortSignal;
  clock?: Clock;
  run?: string;
  /** `index` is the line's, from 0. */
  onEntry?: (entry: JournalEntry, index: number) => void | Promise<void>;
}

export interface TestContext extends RunContext {
  readonly entries: JournalEntry[];
  readonly reporter: ReturnType<typeof recordingReporter>;
}

export async function importBed(options: PostofficeOptions = REQUESTOR, lists = LISTS): Promise<ImportBed> {
  const folder = mkdtempSync(join(tmpdir(), "resync-import-"));
  const postoffice = await createPostoffice(folder, options);
  const { root } = postoffice;
  const file = join(folder, "master.glb");
  const runFolder = join(folder, "run");
  mkdirSync(runFolder);
  const bytes = await masterList(lists);
  writeFileSync(file, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const expected: ExpectedList[] = Object.entries(lists).map(([list, addresses]) => ({ list, addresses }));
  return {
    postoffice,
    root,
    file,
    sha256,
    runFolder,
    request: (changes) => ({
      postoffice: root,
      file,
      sha256,
      lists: expected,
      runner: inProcessRunner(postoffice),
      admin: "ADMIN",
      password: async () => PASSWORD,
      driveLetter: "M",
      runFolder,
      limits: { idleMs: 20_000, overallMs: 30_000, pollMs: 50 },
      ...changes,
    }),
    context: testContext,
    tree: () => treeOf(root),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function simulatedRunner({ root, programs }: Pick<SimulatedPostoffice, "root" | "programs">) {
  return commandRunner({
    command: [process.execPath, join(dirname(programs.import), "{program}.mjs")],
    postoffice: root,
  });
}

/** The stand-ins run inside this process: quicker, for those that end by themselves and change nothing once they have. */
export function inProcessRunner({
  root,
  executables,
}: Pick<SimulatedPostoffice, "root" | "executables">): ImportRunner {
  return {
    label: "in this process",
    capabilities: { screen: true },
    describe: ({ program, args }) => [[program, ...args.map(({ shown }) => shown)].join(" ")],
    check: async () => undefined,
    async run({ program, args }, { signal, onScreen }) {
      if (signal.aborted) return { kind: "killed", reason: abortError(signal), screen: "", durationMs: 0 };
      let shown = "";
      const argv = args.map(({ text }) => text);
      const screen = (text: string) => {
        shown += text;
        onScreen?.(text);
      };
      const simulation = readSimulation(join(executables, SIMULATION_FILE));
      await (program === "IMPORT" ? runImport : runRebuild)({
        argv,
        files: postofficeFiles(root, { queueLayout: SIMULATED_LAYOUTS[simulation.layout] }),
        simulation,
        clock: systemClock,
        screen: argv.includes("-n") ? screen : () => undefined,
        ask: async () => undefined,
      });
      return { kind: "ended", exitCode: 0, screen: shown, durationMs: 1 };
    },
  };
}

export async function testContext(options: ContextOptions = {}): Promise<TestContext> {
  const { dryRun = false, signal = new AbortController().signal, clock = systemClock, onEntry } = options;
  const entries: JournalEntry[] = [];
  const run = (options.run ?? "20260101-120000-test") as RunId;
  const sink = async (entry: JournalEntry) => {
    entries.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
    await onEntry?.(entry, entries.length - 1);
  };
  const journal = await openJournal(sink, clock, { run, command: "import", host: "test", version: "0", data: {} });
  return { clock, reporter: recordingReporter(), journal, signal, dryRun, entries };
}

/** The bytes of a master list with `addresses` for each list. */
export async function masterList(lists: Record<string, number>): Promise<Buffer> {
  const texts = [formatHeader({ impSeq: 2, reqSeq: 7, srvSeq: 90 })];
  for (const [list, count] of Object.entries(lists)) {
    texts.push(`R ${list}`);
    const address = (n: number) => (list.endsWith(":") ? `${list}new${n}@example.com` : `${list}/new${n}`);
    for (let n = 0; n < count; n++) texts.push(`A New ${list.replace(/\W/gu, " ")} ${n}\t${address(n)}`);
  }
  const chunks = [];
  const records = texts.map((text, sync) => ({ sync, stamp: 765_721_986, text }));
  for await (const chunk of encodeGlb(records)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Every file below a folder: bytes, content, time and mode. What "as before" means. */
export type Tree = Record<string, string>;

export function treeOf(root: string): Tree {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const { size, mtimeMs, mode } = lstatSync(path);
      const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
      return [relative(root, path).split(sep).join("/"), `${size} ${hash} ${Math.round(mtimeMs)} ${mode.toString(8)}`];
    }),
  );
}
