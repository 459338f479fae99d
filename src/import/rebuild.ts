import { asResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import type { RunContext } from "../context.ts";
import type { Change } from "./change.ts";
import { markLog } from "./dirsync-log/gained.ts";
import { rebuildFailed, rebuildUndetermined } from "./failed.ts";
import { GAL_FILES, isRebuildTemporary } from "./postoffice/layout.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import { undoing } from "./journaled.ts";
import { findLog } from "./dirsync-log/find-log.ts";
import { runProgram } from "./run-program.ts";
import type { DosCall } from "./runner/import-runner.ts";
import { rollBack } from "./snapshot/rollback.ts";
import { loadAfter, type Snapshot } from "./snapshot/snapshot.ts";
import { readState, stateOf, type PostofficeState } from "./snapshot/state.ts";
import { STEP } from "./trace.ts";
import { rebuildVerdict } from "./verdict/rebuild-verdict.ts";
import { tellWarnings } from "./verdict/tell.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** Mailbags written less than this long ago are a sign that people are at work. */
const LATELY_MS = 15 * 60_000;

/**
 * Runs REBUILD after a good import and judges it by its own signs. The import stays in every case; when REBUILD fails, hangs or is interrupted, the
 * Global Address List is put back as it was. Throws `REBUILD_FAILED`, `IMPORT_UNDETERMINED`, `INTERRUPTED`.
 */
export async function rebuildAddressList(change: Change, call: DosCall, imported: PostofficeState): Promise<Verdict> {
  const { request, context, postoffice } = change;
  const { reporter, journal } = context;
  warnOfUsers(context, change.snapshot.before, imported);
  const mark = await markLog(await findLog(postoffice));
  const commands = request.runner.describe(call);
  try {
    return await step(reporter, "import-rebuild", "Rebuild the Global Address List", async () => {
      const evidence = await journal.act(STEP.rebuild, { commands, log: { ...mark } }, async () =>
        runProgram(change, call, { before: imported, mark }),
      );
      const verdict = rebuildVerdict(evidence);
      await journal.note(STEP.rebuildVerdict, {
        outcome: verdict.outcome,
        reasons: verdict.reasons.map(({ id }) => id),
      });
      if (verdict.outcome === "failed") throw rebuildFailed(verdict, request.driveLetter);
      if (verdict.outcome === "undetermined") throw rebuildUndetermined(verdict, request.driveLetter);
      tellWarnings(reporter, verdict);
      return { found: verdict.outcome, facts: { ...verdict }, value: verdict };
    });
  } catch (error) {
    const failure = asResyncError(error);
    if (failure.code === "IMPORT_UNDETERMINED") throw failure;
    const putBack = await putAddressListBack(context, postoffice, change.snapshot);
    throw failure.with({ state: `The import is good and its lists stay. ${putBack}` });
  }
}

/** Puts the files of the Global Address List back as they were before the import, which does not touch them. Returns what was done, in words. */
export async function putAddressListBack(
  context: RunContext,
  postoffice: Postoffice,
  snapshot: Snapshot,
): Promise<string> {
  const { reporter, journal } = context;
  return step(reporter, "import-rebuild-roll-back", "Put the Global Address List back", async () => {
    const now = await readState(postoffice, { before: snapshot.before });
    const after = (await loadAfter("rebuild", snapshot.folder)) ?? now;
    const goal = stateOf([
      ...[...now.values()].filter((file) => !isAddressList(file)),
      ...[...snapshot.before.values()].filter(isAddressList),
    ]);
    const proved = stateOf([
      ...[...now.values()].filter((file) => !isAddressList(file)),
      ...[...after.values()].filter(isAddressList),
    ]);
    const { restored, removed } = await undoing(
      journal,
      STEP.rebuildRollBack,
      { root: postoffice.root, snapshot: snapshot.folder },
      async () => rollBack(postoffice, { ...snapshot, before: goal }, proved),
      (done) => ({ ...done }),
    );
    const found = `The Global Address List is as it was before (${restored.length} files put back, ${removed.length} removed).`;
    return { found, facts: { restored, removed }, value: found };
  });
}

function isAddressList({ key }: { key: string }): boolean {
  return GAL_FILES.some((file) => file === key) || isRebuildTemporary(key.slice(key.indexOf("/") + 1));
}

/** REBUILD with people signed in can end in Fatal 203, and misdirects mail on version 3.0 (Q96060, Q116436, Q99117). IMPORT's own writes do not count. */
function warnOfUsers({ reporter, clock }: RunContext, before: PostofficeState, imported: PostofficeState): void {
  const since = clock.now().getTime() - LATELY_MS;
  const active = [...imported.values()].filter(
    ({ key, mtimeMs }) => /^(KEY|MBG)\//u.test(key) && mtimeMs > since && before.get(key)?.mtimeMs === mtimeMs,
  );
  if (active.length === 0) return;
  reporter.emit({
    type: "warning",
    text: `${active.length} mailbags were written in the last quarter of an hour: users seem to be signed in while REBUILD runs.`,
    hint: "Have them sign out: a client that holds the old list makes REBUILD fail.",
    reference: "Q96060, Q99117",
    facts: { mailbags: active.map(({ key }) => key) },
  });
}
