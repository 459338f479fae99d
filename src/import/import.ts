import type { RunContext } from "../context.ts";
import { asResyncError, type ResyncError } from "../errors.ts";
import type { Lock } from "../journal/lock.ts";
import { step } from "../report/step.ts";
import { importCall, rebuildCall } from "./calls.ts";
import { extractCall, addCall } from "./keep-local/call-import.ts";
import { extractBefore, keepLocal } from "./keep-local/keep-local.ts";
import { tellRisk } from "./keep-local/tell-risk.ts";
import { lockPostoffice, unlockPostoffice } from "./lock.ts";
import { openPostoffice, type Postoffice } from "./postoffice/postoffice.ts";
import { mend } from "./mend.ts";
import { lookAtPostoffice, proveFile, snapshotPostoffice } from "./prepare.ts";
import { rebuildAddressList } from "./rebuild.ts";
import type { ImportRequest } from "./request.ts";
import type { ImportResult } from "./result.ts";
import { dropList, runImport } from "./run-import.ts";
import type { DosCall } from "./runner/import-runner.ts";
import { writtenKeys } from "./snapshot/state.ts";
import { tellPlan } from "./tell-plan.ts";
import { STEP } from "./trace.ts";

/**
 * Imports a checked master list into a postoffice:
 * lock → checks → snapshot → mend if asked for → drop as GLB\RESYNC.GLB → IMPORT → what DIRSYNC.LOG gained → verdict → keep or roll back → REBUILD if asked for.
 *
 * Every step stands in the journal before it is done. Throws `LOCKED`, `POSTOFFICE_NOT_READY`, `PROGRAM_MISSING`, `FILE_CHANGED` and the like with
 * the postoffice untouched; `IMPORT_FAILED` when it was rolled back, `ROLLBACK_REFUSED` or `ROLLBACK_FAILED` when it could not be (the lock stays);
 * `IMPORT_UNDETERMINED` when both states are kept; `REBUILD_FAILED` when the import is good and the old address list was put back;
 * `INTERRUPTED` after a Ctrl-C, with everything undone.
 */
export async function importFile(request: ImportRequest, context: RunContext): Promise<ImportResult> {
  const { reporter, journal, dryRun, signal } = context;
  if (request.alreadyImported) return unchanged(request.alreadyImported, context);
  const postoffice = await step(reporter, "import-postoffice", "Find the postoffice", async () => {
    const value = await openPostoffice(request.postoffice);
    return { found: value.root, facts: { ...value }, value };
  });
  const call = await importCall(request);
  await proveFile(request, signal);
  await request.runner.check(call);
  if (request.keepLocal) await request.runner.check(extractCall(call));
  if (request.addBack) await request.runner.check(addCall(call));
  if (request.rebuild) await request.runner.check(rebuildCall(request));
  if (dryRun) return tellPlan(request, context, postoffice, call);

  await journal.note(STEP.request, { root: postoffice.root, sha256: request.sha256, delivery: request.deliveryId });
  const lock = await lockPostoffice(postoffice, context);
  return keepingLockOnDoubt(lock, context, async () => importLocked(request, context, postoffice, call));
}

async function importLocked(
  request: ImportRequest,
  context: RunContext,
  postoffice: Postoffice,
  call: DosCall,
): Promise<ImportResult> {
  const { clock } = context;
  const began = clock.monotonic();
  const checks = await lookAtPostoffice(request, context, postoffice);
  const ask = { request, context, postoffice, call };
  const lists = request.keepLocal === true ? await extractBefore(ask) : undefined;
  const snapshotted = await snapshotPostoffice(request, context, postoffice);
  if (lists === undefined) await tellRisk(request, context, postoffice, snapshotted.before);
  const change = request.mend === true ? await mend(snapshotted) : snapshotted;
  await dropList(change);
  const { evidence, verdict } = await runImport(change, call);
  const kept = lists === undefined ? undefined : await keepLocal(change, ask, lists);
  const after = kept?.after ?? evidence.after;
  const rebuild = request.rebuild ? await rebuildAddressList(change, rebuildCall(request), after) : undefined;
  return {
    outcome: "imported",
    verdict,
    rebuild,
    local: kept?.local,
    checks,
    snapshot: change.snapshot.folder,
    written: writtenKeys(change.snapshot.before, after),
    durationMs: Math.round(clock.monotonic() - began),
  };
}

/** Gives the lock back whatever happens, but where the postoffice is neither as before nor as after: nobody may go on with it then. */
async function keepingLockOnDoubt<T>(lock: Lock, context: RunContext, act: () => Promise<T>): Promise<T> {
  try {
    const result = await act();
    await unlockPostoffice(lock, context);
    return result;
  } catch (error) {
    const failure = asResyncError(error);
    if (!leavesDoubt(failure)) await unlockPostoffice(lock, context);
    throw failure;
  }
}

function leavesDoubt({ code, facts }: ResyncError): boolean {
  return code === "ROLLBACK_FAILED" || code === "ROLLBACK_REFUSED" || facts["stillRunning"] === true;
}

function unchanged({ run, at }: { run: string; at: string }, { reporter }: RunContext): ImportResult {
  const text = `This very file was imported already, by run ${run} at ${at}. Nothing is done.`;
  reporter.emit({ type: "note", text, facts: { run, at } });
  return { outcome: "unchanged", run, at };
}
