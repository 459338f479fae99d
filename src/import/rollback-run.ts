import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import type { JournalEntry } from "../journal/journal.ts";
import { step } from "../report/step.ts";
import { undoing } from "./journaled.ts";
import { lockPostoffice, unlockPostoffice } from "./lock.ts";
import { openPostoffice, type Postoffice } from "./postoffice/postoffice.ts";
import { previewRollback, refuseConflicts, rollBack, type RolledBack } from "./snapshot/rollback.ts";
import { loadAfter, openSnapshot, type Snapshot } from "./snapshot/snapshot.ts";
import type { PostofficeState } from "./snapshot/state.ts";
import { STEP, traceOf, type ImportTrace } from "./trace.ts";

/**
 * Takes back an import that was kept, good or undetermined, as long as nobody has written to its files since. Throws `PREFLIGHT_REFUSED` when the
 * run left nothing to take back, `ROLLBACK_REFUSED` naming every file that stands in the way, with nothing changed; `ROLLBACK_FAILED` when
 * it could not be finished (the lock stays, `resync recover` goes on). A dry run tells each file.
 */
export async function rollbackRun(entries: readonly JournalEntry[], context: RunContext): Promise<RolledBack> {
  const trace = traceOf(entries);
  const kept = trace?.outcome?.startsWith("succeeded") === true || trace?.outcome === "undetermined";
  if (trace?.snapshot === undefined || !kept || trace.rollBack !== "none") throw nothingToTakeBack(trace);
  const postoffice = await openPostoffice(trace.root);
  const { snapshot, after } = await statesOf(trace.run, trace.snapshot);
  if (context.dryRun) return tell(context, postoffice, snapshot, after);

  const lock = await lockPostoffice(postoffice, context);
  const done = await step(context.reporter, "rollback", "Put the postoffice back as it was", async () => {
    const intent = { root: postoffice.root, snapshot: snapshot.folder, of: trace.run };
    try {
      // Before the intent is journaled: a refused roll-back leaves nothing to recover.
      refuseConflicts(postoffice, await previewRollback(postoffice, snapshot, after));
    } catch (error) {
      await unlockPostoffice(lock, context);
      throw error;
    }
    const act = async () => rollBack(postoffice, snapshot, after);
    const value = await undoing(context.journal, STEP.rollBack, intent, act, (result) => ({ ...result }));
    return {
      found: `${value.restored.length} files put back, ${value.removed.length} removed`,
      facts: { ...value },
      value,
    };
  });
  await unlockPostoffice(lock, context);
  return done;
}

async function tell(
  { reporter }: RunContext,
  postoffice: Postoffice,
  snapshot: Snapshot,
  after: PostofficeState,
): Promise<RolledBack> {
  const plan = await previewRollback(postoffice, snapshot, after);
  refuseConflicts(postoffice, plan);
  const restored = plan.restore.map(({ before }) => before.path);
  const removed = plan.remove.map(({ path }) => path);
  for (const path of restored) reporter.emit({ type: "would", act: `put back ${path}`, facts: { path } });
  for (const path of removed) reporter.emit({ type: "would", act: `remove ${path}`, facts: { path } });
  return { restored, removed, left: plan.left };
}

async function statesOf(run: string, folder: string): Promise<{ snapshot: Snapshot; after: PostofficeState }> {
  const snapshot = await openSnapshot(folder);
  const after = (await loadAfter("rebuild", folder)) ?? (await loadAfter("import", folder));
  if (snapshot && after) return { snapshot, after };
  throw new ResyncError("ROLLBACK_REFUSED", {
    message: `The snapshot of run ${run} in ${folder} is gone or not whole.`,
    state: "Nothing was put back.",
    hint: "Restore the postoffice from your own backup.",
    facts: { snapshot: folder },
  });
}

function nothingToTakeBack(trace: ImportTrace | undefined): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message:
      trace === undefined
        ? "The run never changed a postoffice."
        : `Run ${trace.run} left nothing to take back: it ${trace.rollBack === "none" ? "did not keep an import" : "was rolled back already"}.`,
    state: "Nothing was changed.",
    hint: "resync history shows the runs and how they ended.",
  });
}
