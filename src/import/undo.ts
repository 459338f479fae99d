import type { RunContext } from "../context.ts";
import { asResyncError, EXIT, ResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import type { Change } from "./change.ts";
import { takeBackDrop } from "./drop.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import { undoing } from "./journaled.ts";
import { rollBack, type RolledBack } from "./snapshot/rollback.ts";
import { loadAfter, saveAfter, type Snapshot } from "./snapshot/snapshot.ts";
import { readState } from "./snapshot/state.ts";
import { STEP } from "./trace.ts";

/** Takes the master list out again when no program was started; nothing else was changed then. Returns what was found and what is now where, in words. */
export async function takeBack(
  context: RunContext,
  postoffice: Postoffice,
  { temporary, sha256 }: { temporary: string; sha256: string },
): Promise<{ found: "removed" | "gone" | "foreign"; state: string }> {
  const { reporter, journal } = context;
  return step(reporter, "import-take-back", "Take the master list out of the postoffice again", async () => {
    const found = await undoing(journal, STEP.takeBack, { temporary, sha256 }, async () =>
      takeBackDrop(postoffice, temporary, sha256),
    );
    const state =
      found === "foreign"
        ? "The postoffice is as it was before, but for a RESYNC.GLB that somebody else put there."
        : "The postoffice is as it was before.";
    return { found: state, value: { found, state } };
  });
}

/** Takes the master list out again and brings back what was mended. Returns in words what is now where. */
export async function takeBackAll(change: Change, drop: { temporary: string; sha256: string }): Promise<string> {
  const { context, postoffice, snapshot, mended } = change;
  const { state } = await takeBack(context, postoffice, drop);
  return mended === 0 ? state : undoMend(context, postoffice, snapshot);
}

/**
 * Brings back the files that were mended, from the snapshot. Only before any program was started: what a program wrote is a conflict here.
 * Not ended by Ctrl-C; may be cut off and called again. Returns in words what is now where. Throws `ROLLBACK_REFUSED` or `ROLLBACK_FAILED`.
 */
export async function undoMend(context: RunContext, postoffice: Postoffice, snapshot: Snapshot): Promise<string> {
  const { reporter, journal } = context;
  return step(reporter, "import-mend-roll-back", "Bring back what was mended", async () => {
    const after = (await loadAfter("mend", snapshot.folder)) ?? snapshot.before;
    const { restored } = await undoing(
      journal,
      STEP.mendRollBack,
      { root: postoffice.root, snapshot: snapshot.folder },
      async () => rollBack(postoffice, snapshot, after),
    );
    const found = `${restored.length} files put back`;
    return { found, facts: { restored }, value: `The postoffice is as it was before: ${found}.` };
  });
}

/** Puts the postoffice back as the snapshot has it. Not ended by Ctrl-C. Throws `ROLLBACK_REFUSED` or `ROLLBACK_FAILED`. */
export async function undoImport(context: RunContext, postoffice: Postoffice, snapshot: Snapshot): Promise<RolledBack> {
  const { reporter, journal } = context;
  return step(reporter, "import-roll-back", "Put the postoffice back as it was", async () => {
    const kept = (await loadAfter("rebuild", snapshot.folder)) ?? (await loadAfter("import", snapshot.folder));
    const after = kept ?? (await readState(postoffice, { before: snapshot.before }));
    // Kept before the first file is put back: a roll-back that is cut off can then be proved and finished.
    if (kept === undefined) await saveAfter("import", snapshot.folder, postoffice.root, after).catch(() => undefined);
    const done = await undoing(
      journal,
      STEP.rollBack,
      { root: postoffice.root, snapshot: snapshot.folder },
      async () => rollBack(postoffice, snapshot, after),
      ({ restored, removed, left }) => ({ restored, removed, left }),
    );
    const found = `${done.restored.length} files put back, ${done.removed.length} removed`;
    return { found, facts: { ...done }, value: done };
  });
}

/** Rolls a failed import back and returns the error it ends in: the failure itself, or the roll-back's own. */
export async function rolledBackError(
  { context, postoffice, snapshot }: Change,
  failure: ResyncError,
): Promise<ResyncError> {
  try {
    const { restored, removed, left } = await undoImport(context, postoffice, snapshot);
    const logs = left.length === 0 ? "" : ` ${left.join(" and ")} stay as they are: others wrote there since.`;
    return failure.with({
      // A disk or a right that stood in the way of the import: what counts is that it was rolled back.
      ...(failure.exitCode === EXIT.transfer ? { exitCode: EXIT.rolledBack } : {}),
      state: `The postoffice is as it was before the import: ${restored.length} files put back, ${removed.length} removed.${logs}`,
    });
  } catch (error) {
    const { code, message, state, hint, facts } = asResyncError(error);
    return new ResyncError(code === "ROLLBACK_REFUSED" ? code : "ROLLBACK_FAILED", {
      message: `${failure.message}\nThe roll-back did not go well either: ${message}`,
      state,
      hint,
      facts: { ...failure.facts, ...facts },
      cause: error,
    });
  }
}
