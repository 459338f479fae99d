import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { steppingClock } from "../../../src/clock.ts";
import { formatHeader } from "../../../src/glb/header.ts";
import type { GlbHeader, GlbRecord } from "../../../src/glb/record.ts";
import { SIMULATED_LAYOUTS } from "../../../src/simulator/layouts.ts";
import { createPostoffice, type SimulatedPostoffice } from "../../../src/simulator/postoffice/create.ts";
import { postofficeFiles, type PostofficeFiles } from "../../../src/simulator/postoffice/files.ts";
import type { PostofficeOptions } from "../../../src/simulator/postoffice/options.ts";
import { runImport } from "../../../src/simulator/postoffice/programs/import.ts";
import { runRebuild } from "../../../src/simulator/postoffice/programs/rebuild.ts";
import { readQueue, writeQueue } from "../../../src/simulator/postoffice/queue.ts";
import { completeSimulation, type Simulation } from "../../../src/simulator/postoffice/simulation.ts";

/** A postoffice under test, removed when the test's scope ends. */
export interface TestPostoffice extends AsyncDisposable {
  readonly built: SimulatedPostoffice;
  readonly files: PostofficeFiles;
  /** Writes GLB\RESYNC.GLB: a header, then the transactions numbered on. */
  drop(transactions: Iterable<string>, header?: Partial<GlbHeader>): Promise<void>;
  /** Runs IMPORT inside this process; gives what the screen showed. `answers` are typed one after the other. */
  import(args: string, knobs?: Partial<Simulation>, answers?: string[]): Promise<string>;
  rebuild(args: string, knobs?: Partial<Simulation>): Promise<string>;
  /** DIRSYNC.LOG in lines, without the time and `| `. */
  log(): string[];
  rawLog(): string;
  /** Runs `import -x` and gives the lines of its file. */
  extract(args?: string): Promise<string[]>;
  /** `relative/path` → size and hash of every file. */
  fingerprint(): Map<string, string>;
  /** Puts back every file as it was when this was first called: faster than making another postoffice. */
  reset(): void;
  /** A path in the temporary folder beside the postoffice. */
  beside(name: string): string;
}

export const NOON = "1996-03-13T12:00:00";

export async function testPostoffice(options: PostofficeOptions = {}): Promise<TestPostoffice> {
  const dir = mkdtempSync(join(tmpdir(), "resync-postoffice-"));
  const built = await createPostoffice(dir, options).catch((error: unknown) => {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  });
  const layout = options.simulation?.layout ?? "standard";
  const files = postofficeFiles(built.root, { queueLayout: SIMULATED_LAYOUTS[layout] });
  let fresh: Map<string, Buffer> | undefined;
  const clock = steppingClock(new Date(NOON));
  const run = async (
    program: typeof runImport,
    args: string,
    knobs: Partial<Simulation> = {},
    answers: string[] = [],
  ): Promise<string> => {
    let shown = "";
    await program({
      argv: args.split(" "),
      files,
      simulation: completeSimulation({ layout, ...knobs }),
      clock,
      screen: (text) => void (shown += text),
      async ask(question) {
        shown += question;
        return answers.shift();
      },
    });
    return shown;
  };
  const postoffice: TestPostoffice = {
    built,
    files,
    async drop(transactions, header = {}) {
      await writeQueue(files, "RESYNC", numbered(transactions, { impSeq: 1, reqSeq: 7, srvSeq: 90, ...header }));
    },
    import: (args, knobs, answers) => run(runImport, args, knobs, answers),
    rebuild: (args, knobs) => run(runRebuild, args, knobs),
    rawLog: () => files.readIfAny("LOG/DIRSYNC.LOG").toString("latin1"),
    log: () => linesOf(postoffice.rawLog()).map((line) => line.replace(/^[^|]*\| /u, "")),
    async extract(args = "-x") {
      const out = join(dir, "extract.txt");
      await run(runImport, `ADMIN -ppassword -y ${args} -f${out}`);
      return linesOf(readFileSync(out, "latin1"));
    },
    fingerprint: () => fingerprint(built.root),
    reset() {
      const now = contents(built.root);
      fresh ??= now;
      for (const name of now.keys()) if (!fresh.has(name)) rmSync(join(built.root, name));
      for (const [name, bytes] of fresh) {
        if (now.get(name)?.equals(bytes) !== true) writeFileSync(join(built.root, name), bytes);
      }
    },
    beside: (name) => join(dir, name),
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return postoffice;
}

function* numbered(transactions: Iterable<string>, header: GlbHeader): Generator<GlbRecord> {
  const stamp = 765_721_986;
  let sync = 0;
  yield { sync: sync++, stamp, text: formatHeader(header) };
  for (const text of transactions) yield { sync: sync++, stamp, text };
}

/** Lines ended by CR LF, the ending checked. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\r\n");
  if (lines.pop() !== "" || lines.some((line) => /[\r\n]/u.test(line)))
    throw new Error(`not CR LF: ${text.slice(-80)}`);
  return lines;
}

/** Every file below `root` with its size. */
export function listing(root: string): Map<string, number> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
  return new Map(paths.toSorted().map((path) => [path, statSync(join(root, path)).size]));
}

function contents(root: string): Map<string, Buffer> {
  return new Map([...listing(root).keys()].map((name) => [name, readFileSync(join(root, name))]));
}

function fingerprint(root: string): Map<string, string> {
  return new Map([...contents(root)].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]));
}

/** Names of files that differ between two fingerprints, sorted. */
export function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).toSorted();
}

/** A line of `import -x`: code, name padded to column 32, address from column 34. */
export function column(alias: string, address: string): string {
  return `A ${alias.padEnd(30)} ${address}`;
}

/** Sync numbers and texts of a queue file. */
export async function queue(postoffice: TestPostoffice, name: string): Promise<[number, string][]> {
  const records: [number, string][] = [];
  for await (const { sync, text } of readQueue(postoffice.files, name)) records.push([sync, text]);
  return records;
}
