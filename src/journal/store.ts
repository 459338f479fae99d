import { mkdir, readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { Clock } from "../clock.ts";
import { ResyncError, type ExitCode } from "../errors.ts";
import { syncFolder } from "../sync-folder.ts";
import { VERSION } from "../version.ts";
import { appendDurably } from "./append.ts";
import {
  fileSink,
  journalOver,
  openJournal,
  type Journal,
  type JournalData,
  type JournalEntry,
  type RunId,
} from "./journal.ts";
import { mayRun } from "./process-identity.ts";
import { asRunId, newRunId } from "./run-id.ts";

/** Name of the journal in a run's folder. */
export const JOURNAL = "journal.jsonl";

/** A run as its journal tells it. */
export interface RunRecord {
  readonly run: RunId;
  readonly command: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** `running` also where nobody here can tell, because it runs on another machine: better to ask than to break in. */
  readonly state: "ended" | "running" | "cut off";
  /** What the run was asked to do; no secrets. */
  readonly data: JournalData;
  readonly entries: readonly JournalEntry[];
  /** `undefined` while the run goes on, or when it was cut off. */
  readonly end:
    | { readonly at: string; readonly outcome: string; readonly exitCode: ExitCode; readonly data: JournalData }
    | undefined;
  /** The run's own folder: private copies, backups, snapshots. */
  readonly folder: string;
}

/** A begun run: its journal and its own folder (0700). */
export interface BegunRun {
  readonly journal: Journal;
  readonly folder: string;
}

/** Begins a run under `stateDir/runs`: makes its folder and writes the journal's first line. Throws `IO` when that cannot be written. */
export async function beginRun(stateDir: string, clock: Clock, command: string, data: JournalData): Promise<BegunRun> {
  const run = newRunId(clock.now());
  const folder = runFolder(stateDir, run);
  const begin = { run, command, host: hostname(), version: VERSION, data };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const journal = await openJournal(fileSink(join(folder, JOURNAL)), clock, begin);
    // A journal that a power cut leaves without its name is none.
    for (const made of [folder, dirname(folder), stateDir]) await syncFolder(made);
    return { journal, folder };
  } catch (error) {
    throw new ResyncError("IO", {
      message: `The run's journal cannot be written in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      state: "Nothing was started: no run goes on without its journal.",
      hint: "Set RESYNC_STATE_DIR to a folder you may write to.",
      cause: error,
    });
  }
}

/** Goes on with the journal of a run that was cut off, to finish or undo it. */
export async function resumeRun(record: RunRecord, clock: Clock): Promise<Journal> {
  const file = join(record.folder, JOURNAL);
  // A torn last line gets its end, so that the next line stands on its own.
  await appendDurably(file, "\n");
  return journalOver(fileSink(file), clock, record.run);
}

/** A run that leaves nothing behind: for `--dry-run`. `folder` is where temporary copies may go; the caller removes it. */
export async function beginDryRun(folder: string, clock: Clock, command: string): Promise<BegunRun> {
  const begin = { run: newRunId(clock.now()), command, host: hostname(), version: VERSION, data: {} };
  return { journal: await openJournal(async () => undefined, clock, begin), folder };
}

/** All runs, oldest first. A folder without a readable first line is left out: it never began. */
export async function listRuns(stateDir: string): Promise<RunRecord[]> {
  const names = await readdir(join(stateDir, "runs")).catch(() => []);
  const ids = names.map(asRunId).filter((id) => id !== undefined);
  const records = await Promise.all(ids.map(async (id) => readRun(stateDir, id)));
  // Names count seconds only; two runs may begin in the same one.
  return records.filter((record) => record !== undefined).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** One run; `undefined` when there is none of that name. */
export async function readRun(stateDir: string, run: RunId): Promise<RunRecord | undefined> {
  const folder = runFolder(stateDir, run);
  const text = await readFile(join(folder, JOURNAL), "utf8").catch(() => "");
  const entries = parseLines(text);
  const [begin] = entries;
  if (begin?.type !== "begin") return undefined;
  const end = entries.find((entry) => entry.type === "end");
  const { command, at: startedAt, data } = begin;
  const state = end ? "ended" : (await mayRun(begin)) ? "running" : "cut off";
  return { run, command, startedAt, state, data, entries, end, folder };
}

/** A run's own folder. */
export function runFolder(stateDir: string, run: RunId): string {
  return join(stateDir, "runs", run);
}

/** A journal's lines; a torn line (the machine died while writing it) is left out: its act had not begun. */
function parseLines(text: string): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      entries.push(JSON.parse(line) as JournalEntry);
    } catch {
      continue;
    }
  }
  return entries;
}
