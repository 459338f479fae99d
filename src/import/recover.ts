import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import type { JournalEntry } from "../journal/journal.ts";
import { takeOverLock } from "../journal/lock.ts";
import { step } from "../report/step.ts";
import { undoAddBack } from "./keep-local/add-back.ts";
import { removeText } from "./keep-local/call-import.ts";
import { lockedThing, unlockPostoffice } from "./lock.ts";
import { endLeftovers, proveQuiet, proveAlone } from "./leftovers.ts";
import { openPostoffice, type Postoffice } from "./postoffice/postoffice.ts";
import { putAddressListBack } from "./rebuild.ts";
import { openSnapshot, saveAfter, type Snapshot } from "./snapshot/snapshot.ts";
import { readState } from "./snapshot/state.ts";
import { traceOf, type ImportTrace } from "./trace.ts";
import { takeBack, undoImport, undoMend } from "./undo.ts";
import { UNTOUCHED } from "./untouched.ts";

/** What a recovery did with a run that was cut off. */
export interface Recovered {
  /** `kept`: the import is good. `undone`: the postoffice is as before. `undetermined`: both states are kept, for a person to decide. */
  readonly outcome: "nothing to do" | "kept" | "undone" | "undetermined";
  /** In words, what is now where. */
  readonly state: string;
}

export interface RecoverOptions {
  /** How long the postoffice must be quiet before anything is put back, milliseconds; default 2000. */
  quietMs?: number;
}

/**
 * Finishes or undoes an import, or a roll-back of one, that was cut off by a crash, a kill or a power cut: afterwards the postoffice is as before
 * or as after, never between. What still runs of it is ended first. Safe to cut off and call again. `context.journal` may be the cut-off run's own.
 *
 * Throws `LOCKED` when the run still lives or another one holds the postoffice; `ROLLBACK_REFUSED`, `ROLLBACK_FAILED`, `IMPORT_UNDETERMINED`
 * when it cannot prove what it would do: the lock stays then.
 */
export async function recoverImport(
  entries: readonly JournalEntry[],
  context: RunContext,
  { quietMs = 2000 }: RecoverOptions = {},
): Promise<Recovered> {
  const trace = traceOf(entries);
  if (trace === undefined || trace.unlocked) return { outcome: "nothing to do", state: UNTOUCHED };
  const { reporter, clock, dryRun } = context;
  const postoffice = await openPostoffice(trace.root);
  if (dryRun) {
    reporter.emit({
      type: "would",
      act: `finish or undo run ${trace.run} on ${trace.root}: ${intentOf(trace)}`,
      facts: {},
    });
    return { outcome: "nothing to do", state: UNTOUCHED };
  }
  const what = lockedThing(postoffice);
  const lock = await takeOverLock(trace.lockFile, { run: trace.run, clock, what });
  if (mayStillRun(trace)) {
    await step(reporter, "recover-programs", "See that nothing of it runs any more", async () => {
      const ended = await endLeftovers(trace, async () => proveQuiet(postoffice, clock, quietMs));
      return { found: ended === 0 ? "nothing does" : `${ended} programs ended`, value: undefined };
    });
  }
  if (trace.textImport) await removeText(postoffice);
  const recovered = await finishOrUndo(trace, context, postoffice);
  await unlockPostoffice(lock, context);
  return recovered;
}

async function finishOrUndo(trace: ImportTrace, context: RunContext, postoffice: Postoffice): Promise<Recovered> {
  const { outcome, rollBack, drop } = trace;
  if (rollBack === "done") return { outcome: "undone", state: "The postoffice was rolled back already." };
  if (rollBack === "begun") return undo(context, postoffice, await snapshotOf(trace));
  if (outcome === "undetermined") return undetermined(trace);
  if (outcome === "succeeded" || outcome === "succeeded with warnings") return keep(trace, context, postoffice);
  if (trace.ran) {
    const snapshot = await snapshotOf(trace);
    await proveAlone(postoffice, snapshot, trace.mark);
    return undo(context, postoffice, snapshot);
  }
  const taken = drop === undefined || drop.takenBack ? undefined : await takeBack(context, postoffice, drop);
  if (taken?.found === "gone" && drop?.named) return takenByOthers(trace);
  if (!trace.mended) return { outcome: "undone", state: taken?.state ?? UNTOUCHED };
  return { outcome: "undone", state: await undoMend(context, postoffice, await snapshotOf(trace)) };
}

async function undo(context: RunContext, postoffice: Postoffice, snapshot: Snapshot): Promise<Recovered> {
  const { restored, removed } = await undoImport(context, postoffice, snapshot);
  const state = `The postoffice is as it was before the import: ${restored.length} files put back, ${removed.length} removed.`;
  return { outcome: "undone", state };
}

/** The import had its good verdict. A REBUILD that was cut off leaves half an address list: the old one comes back. */
async function keep(trace: ImportTrace, context: RunContext, postoffice: Postoffice): Promise<Recovered> {
  const good = "The import is good and stays.";
  const { rebuild, rebuildOutcome, adding } = trace;
  if (trace.textImport || adding) {
    const undone = adding ? await undoAdding(trace, adding, context, postoffice) : "Local addresses were not proved.";
    // What the extracts left in the log is part of the import that a later roll-back takes back.
    const { folder, before } = await snapshotOf(trace);
    await saveAfter("import", folder, postoffice.root, await readState(postoffice, { before }));
    return { outcome: "kept", state: `${good} ${undone} See the text files in the run's folder.` };
  }
  const finished = rebuild === "none" || (rebuild === "judged" && rebuildOutcome !== "failed");
  if (finished) return { outcome: "kept", state: good };
  const putBack = await putAddressListBack(context, postoffice, await snapshotOf(trace));
  return { outcome: "kept", state: `${good} ${putBack} Run REBUILD again.` };
}

/** Lists to which IMPORT was adding when it was cut off may be half of both. */
async function undoAdding(
  trace: ImportTrace,
  { snapshot, mark }: NonNullable<ImportTrace["adding"]>,
  context: RunContext,
  postoffice: Postoffice,
): Promise<string> {
  const imported = await snapshotOf({ ...trace, snapshot });
  await proveAlone(postoffice, imported, mark);
  return undoAddBack(context, postoffice, imported);
}

function undetermined({ run, snapshot }: ImportTrace): Recovered {
  return {
    outcome: "undetermined",
    state: `The postoffice is as IMPORT left it; as it was before stands in ${snapshot}. To go back: resync rollback ${run}`,
  };
}

/** The site's own cycle loads a RESYNC.GLB that it finds (Q96060). */
function takenByOthers({ run }: ImportTrace): Recovered {
  return {
    outcome: "undetermined",
    state:
      `Run ${run} put RESYNC.GLB into the postoffice and started nothing, and it is gone: the site's own cycle seems to have imported it. ` +
      "Nothing was put back. Look into DIRSYNC.LOG (resync log).",
  };
}

async function snapshotOf({ run, snapshot }: ImportTrace): Promise<Snapshot> {
  const found = snapshot === undefined ? undefined : await openSnapshot(snapshot);
  if (found) return found;
  throw new ResyncError("ROLLBACK_FAILED", {
    message: `The snapshot of run ${run} is gone: ${snapshot ?? "none was taken"}.`,
    state: "Nothing was put back: the postoffice is as the import left it.",
    hint: "Restore the postoffice from your own backup.",
  });
}

function mayStillRun({ ran, outcome, rollBack, rebuild, textImport, adding }: ImportTrace): boolean {
  return (
    rollBack !== "done" && ((ran && outcome === undefined) || rebuild === "begun" || textImport || adding !== undefined)
  );
}

function intentOf({ rollBack, outcome, ran, drop, mended }: ImportTrace): string {
  if (rollBack === "begun") return "finish its roll-back";
  if (outcome === "undetermined") return "keep both states";
  if (outcome?.startsWith("succeeded")) return "keep the import";
  if (ran) return "roll it back";
  if (drop) return mended ? "take RESYNC.GLB out again, bring back what was mended" : "take RESYNC.GLB out again";
  return mended ? "bring back what was mended" : "remove its lock";
}
