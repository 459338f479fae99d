import type { JournalData, JournalEntry, RunId } from "../journal/journal.ts";
import type { ProcessIdentity } from "../journal/process-identity.ts";
import type { LogMark } from "./dirsync-log/gained.ts";
import type { Outcome } from "./verdict/verdict.ts";

/** The steps of an import in its journal. Names are kept for ever: old journals must stay readable. */
export const STEP = {
  delivery: "import.delivery",
  list: "import.list",
  request: "import.request",
  lock: "import.lock",
  snapshot: "import.snapshot",
  textImport: "import.text-import",
  local: "import.local",
  addBack: "import.add-back",
  addBackRollBack: "import.add-back-roll-back",
  mend: "import.mend",
  mendRollBack: "import.mend-roll-back",
  drop: "import.drop",
  run: "import.run",
  started: "import.started",
  verdict: "import.verdict",
  rebuild: "import.rebuild",
  rebuildVerdict: "import.rebuild-verdict",
  rebuildRollBack: "import.rebuild-roll-back",
  rollBack: "import.roll-back",
  takeBack: "import.take-back",
  unlock: "import.unlock",
} as const;

/** How far a run came with a postoffice, from its journal. An `intent` alone means: it may have happened. */
export interface ImportTrace {
  readonly run: RunId;
  readonly root: string;
  readonly lockFile: string;
  /** The lock was given back in order: nothing is left to finish or undo. */
  readonly unlocked: boolean;
  /** Folder of the snapshot; `undefined` before it was begun. */
  readonly snapshot: string | undefined;
  readonly snapshotDone: boolean;
  /** Files were mended, perhaps not all, and are not back yet. */
  readonly mended: boolean;
  /** `named`: RESYNC.GLB surely stood in GLB. */
  readonly drop:
    | { readonly temporary: string; readonly sha256: string; readonly named: boolean; readonly takenBack: boolean }
    | undefined;
  /** An extract or an adding back was begun and did not end in order: IMPORT may run still, its text file may lie in the root. */
  readonly textImport: boolean;
  /** Adding back was begun and is neither done nor undone: the snapshot from right before it, and where DIRSYNC.LOG ended. */
  readonly adding: { readonly snapshot: string; readonly mark: LogMark | undefined } | undefined;
  /** IMPORT may have been started. */
  readonly ran: boolean;
  /** Where DIRSYNC.LOG ended before it. */
  readonly mark: LogMark | undefined;
  /** What every program that the run started carries in its environment; `undefined` in old journals. */
  readonly parentMark: string | undefined;
  /** The processes that were started, IMPORT's and REBUILD's. */
  readonly processes: readonly ProcessIdentity[];
  readonly outcome: Outcome | undefined;
  readonly rebuild: "none" | "begun" | "judged";
  readonly rebuildOutcome: Outcome | undefined;
  readonly rollBack: "none" | "begun" | "done";
  readonly sha256: string | undefined;
}

/** Reads the journal of an import, or of a roll-back of one; `undefined` when the run never came to a postoffice. */
export function traceOf(entries: readonly JournalEntry[]): ImportTrace | undefined {
  const begin = entries.find((entry) => entry.type === "begin");
  const intent = (step: string) => dataOf(entries, "intent", step);
  const done = (step: string) => dataOf(entries, "done", step);
  const note = (step: string) => dataOf(entries, "note", step);
  const lock = intent(STEP.lock);
  const notLocked = entries.some((entry) => entry.type === "failed" && entry.step === STEP.lock);
  if (begin?.type !== "begin" || lock === undefined || notLocked) return undefined;
  const drop = intent(STEP.drop);
  const rollBack = intent(STEP.rollBack);
  const adding = done(STEP.addBack) || done(STEP.addBackRollBack) ? undefined : intent(STEP.addBack);
  return {
    run: begin.run,
    root: text(lock["root"]),
    lockFile: text(lock["lock"]),
    unlocked: done(STEP.unlock) !== undefined,
    snapshot: optionalText(rollBack?.["snapshot"] ?? intent(STEP.snapshot)?.["folder"]),
    snapshotDone: rollBack !== undefined || done(STEP.snapshot) !== undefined,
    mended: intent(STEP.mend) !== undefined && done(STEP.mendRollBack) === undefined,
    drop: drop && {
      temporary: text(drop["temporary"]),
      sha256: text(drop["sha256"]),
      named: done(STEP.drop) !== undefined,
      takenBack: done(STEP.takeBack) !== undefined,
    },
    textImport: count(entries, "intent", STEP.textImport) > count(entries, "done", STEP.textImport),
    adding: adding && { snapshot: text(adding["snapshot"]), mark: markOf(adding) },
    ran: intent(STEP.run) !== undefined,
    mark: markOf(intent(STEP.run)),
    parentMark: optionalText(lock["mark"]),
    processes: entries.flatMap((entry) => {
      if (entry.type !== "note" || entry.step !== STEP.started) return [];
      return [{ pid: Number(entry.data["pid"]), start: optionalText(entry.data["start"]) }];
    }),
    outcome: optionalText(note(STEP.verdict)?.["outcome"]) as Outcome | undefined,
    rebuild: note(STEP.rebuildVerdict) ? "judged" : intent(STEP.rebuild) ? "begun" : "none",
    rebuildOutcome: optionalText(note(STEP.rebuildVerdict)?.["outcome"]) as Outcome | undefined,
    rollBack: done(STEP.rollBack) ? "done" : rollBack ? "begun" : "none",
    sha256: optionalText(note(STEP.request)?.["sha256"]),
  };
}

function markOf(intent: JournalData | undefined): LogMark | undefined {
  const log = intent?.["log"] as JournalData | undefined;
  return log && { size: Number(log["size"]), tail: text(log["tail"]) };
}

function count(entries: readonly JournalEntry[], type: "intent" | "done", step: string): number {
  return entries.filter((entry) => entry.type === type && entry.step === step).length;
}

function dataOf(
  entries: readonly JournalEntry[],
  type: "intent" | "done" | "note",
  step: string,
): JournalData | undefined {
  const found = entries.findLast((entry) => entry.type === type && entry.step === step);
  return found?.type === type ? found.data : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
