import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type ResultPromise } from "execa";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test, with a state folder of its own in it. */
export interface Bench {
  readonly folder: string;
  readonly stateDir: string;
  path(...parts: string[]): string;
  /** Runs the built program to its end, as a user would; nothing of the machine's own settings reaches it. */
  resync(args: readonly string[], environment?: Record<string, string>): Promise<Ended>;
  /** Starts it and returns at once. */
  start(args: readonly string[], environment?: Record<string, string>): ResultPromise<typeof options>;
  close(): Promise<void>;
}

const options = { reject: false, extendEnv: false, stdin: "ignore", stripFinalNewline: false } as const;

/** Makes a bench under the system's temporary folder. */
export async function makeBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "resync-e2e-"));
  const stateDir = join(folder, "state");
  const start: Bench["start"] = (args, environment = {}) =>
    execa(process.execPath, [PROGRAM, ...args], {
      ...options,
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, RESYNC_STATE_DIR: stateDir, ...environment },
    });
  return {
    folder,
    stateDir,
    path: (...parts) => join(folder, ...parts),
    start,
    async resync(args, environment) {
      const { exitCode, stdout, stderr } = await start(args, environment);
      return { exitCode, stdout, stderr };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The journals of a state folder, oldest run first, each as its lines. */
export async function journals(stateDir: string): Promise<string[][]> {
  const runs = (await readdir(join(stateDir, "runs")).catch((): string[] => [])).toSorted();
  const texts = runs.map((run) => readFile(join(stateDir, "runs", run, "journal.jsonl"), "utf8").catch(() => ""));
  return (await Promise.all(texts)).map((text) => text.split("\n").filter((line) => line !== ""));
}

/** The objects of an NDJSON text. Throws for a line that is none. */
export function ndjson(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
