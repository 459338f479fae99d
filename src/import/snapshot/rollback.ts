import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { syncFolder } from "../../sync-folder.ts";
import { allOf, eachOf } from "../files.ts";
import { entryAt } from "../postoffice/census.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { giveMarks, hashFile } from "../small-files.ts";
import { damagedCopies } from "./copies.ts";
import { AT_ONCE, patiently, putBackAll } from "./put-back.ts";
import { isTouchedUp, planRollback, type Conflict, type RollbackPlan } from "./rollback-plan.ts";
import { isCopied, type Snapshot } from "./snapshot.ts";
import { fileState, readState, sameContent, type FileState, type PostofficeState } from "./state.ts";
import { removeTemporaries, withoutTemporaries } from "./temporaries.ts";

/** What a roll-back did. */
export interface RolledBack {
  /** Paths below the root. */
  readonly restored: readonly string[];
  readonly removed: readonly string[];
  /** Logs that others had written to and that stay as they are. */
  readonly left: readonly string[];
}

/** Looks what a roll-back would do. Changes nothing. */
export async function previewRollback(
  postoffice: Postoffice,
  snapshot: Snapshot,
  after: PostofficeState,
): Promise<RollbackPlan> {
  return planFrom(snapshot, after, await readState(postoffice, { before: snapshot.before }));
}

function planFrom({ before }: Snapshot, after: PostofficeState, now: PostofficeState): RollbackPlan {
  return planRollback(before, after, withoutTemporaries(now));
}

/**
 * Puts every file back as the snapshot has it: bytes, times, spelling; removes what was not there. May be cut off at any point and called
 * again: each file is then as the import left it or as before.
 *
 * Throws `ROLLBACK_REFUSED` naming each file that somebody else wrote since, having changed nothing; `ROLLBACK_FAILED` when the snapshot
 * is damaged, a file cannot be written, or the result is not what it should be.
 */
export async function rollBack(
  postoffice: Postoffice,
  snapshot: Snapshot,
  after: PostofficeState,
): Promise<RolledBack> {
  const [now, damaged] = await allOf(
    readState(postoffice, { before: snapshot.before }),
    damagedCopies(snapshot.copies, copiesNeeded(snapshot, after)),
  );
  const plan = planFrom(snapshot, after, now);
  refuseConflicts(postoffice, plan);
  refuseDamage(snapshot, plan, damaged);
  try {
    await removeTemporaries(postoffice, now);
    await apply(postoffice, snapshot, plan);
    await proveDone(postoffice, plan);
  } catch (cause) {
    throw failed(postoffice, snapshot, cause);
  }
  return {
    restored: plan.restore.map(({ before }) => before.path),
    removed: plan.remove.map(({ path }) => path),
    left: plan.left,
  };
}

/** The files that may have to come from the snapshot. */
function copiesNeeded({ before }: Snapshot, after: PostofficeState): FileState[] {
  return [...before.values()].filter((file) => isCopied(file) && !sameContent(file, after.get(file.key)));
}

/** Throws `ROLLBACK_FAILED` naming the copies that are needed and do not hold what was copied. */
function refuseDamage({ folder }: Snapshot, { restore }: RollbackPlan, damaged: readonly string[]): void {
  const lost = restore.filter(({ before, hex }) => hex === undefined && damaged.includes(before.path));
  if (lost.length === 0) return;
  const paths = lost.map(({ before }) => before.path);
  throw new ResyncError("ROLLBACK_FAILED", {
    message: `The snapshot in ${folder} is damaged: ${paths.join(", ")}.`,
    state: "Nothing was put back: the postoffice is as the import left it.",
    hint: "Restore the postoffice from your own backup.",
    facts: { snapshot: folder, damaged: paths },
  });
}

/** Throws `ROLLBACK_REFUSED` naming every file that somebody else wrote since. */
export function refuseConflicts(postoffice: Postoffice, { conflicts }: RollbackPlan): void {
  if (conflicts.length > 0) throw refused(postoffice, conflicts);
}

async function apply(postoffice: Postoffice, snapshot: Snapshot, plan: RollbackPlan): Promise<void> {
  const { root } = postoffice;
  // First what makes room: the disk may be full.
  await eachOf(plan.remove, AT_ONCE, ({ path }) => patiently(() => rm(join(root, path), { force: true })));
  await putBackAll(postoffice, snapshot, plan.restore);
  await touchUp(postoffice, plan);
  const changed = [...plan.restore, ...plan.touchUp].map(({ before }) => before).concat(plan.remove);
  await eachOf([...new Set(changed.map(({ path }) => dirname(join(root, path))))], AT_ONCE, syncFolder);
}

async function touchUp({ root }: Postoffice, plan: Pick<RollbackPlan, "touchUp">): Promise<void> {
  for (const { before, now } of plan.touchUp) {
    const target = join(root, before.path);
    if (now.path !== before.path) await patiently(() => rename(join(root, now.path), target));
    await giveMarks(target, before);
  }
}

/**
 * Proves that every file that was put back or removed is as it should be, and gives its marks again to one that lost them: a share may give a file a time of
 * its own once it is closed. What has the size and time it was given holds the bytes that were read back then; all else is read. Throws `VERIFY_FAILED`.
 */
async function proveDone(postoffice: Postoffice, { restore, touchUp: touched, remove }: RollbackPlan): Promise<void> {
  const { root } = postoffice;
  const wrong = remove.filter(({ path }) => entryAt(root, path) !== undefined).map(({ path }) => path);
  const unmarked: RollbackPlan["touchUp"][number][] = [];
  for (const { before } of [...restore, ...touched]) {
    const now = entryAt(root, before.path);
    if (now && now.size === before.size && isTouchedUp(now, before)) continue;
    if (now?.size === before.size && (await hashFile(join(root, before.path))) === before.sha256)
      unmarked.push({ before, now: fileState(root, now, before.sha256) });
    else wrong.push(before.path);
  }
  await touchUp(postoffice, { touchUp: unmarked });
  if (wrong.length === 0) return;
  throw new ResyncError("VERIFY_FAILED", {
    message: `after it, these are not what they should be: ${wrong.join(", ")}`,
  });
}

function refused({ root }: Postoffice, conflicts: readonly Conflict[]): ResyncError {
  const shown = conflicts.slice(0, 20).map(({ path, why }) => `- ${path} ${why}`);
  const more = conflicts.length > 20 ? [`- and ${conflicts.length - 20} more`] : [];
  return new ResyncError("ROLLBACK_REFUSED", {
    message: [`${root} cannot be rolled back: somebody has written to it since.`, ...shown, ...more].join("\n"),
    state: "Nothing was put back. Both states are kept: the snapshot from before, and the postoffice as it is.",
    hint: "Find out who wrote these files. If their work may be lost, restore the whole postoffice from the snapshot's folder or from a backup by hand.",
    facts: { root, files: conflicts.map(({ path }) => path) },
  });
}

function failed({ root }: Postoffice, { folder }: Snapshot, cause: unknown): ResyncError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ResyncError("ROLLBACK_FAILED", {
    message: `${root} could not be rolled back completely: ${why}.`,
    state: `Some files are as before the import, some as it left them. All copies stand in ${folder}.`,
    hint: 'Remove the cause (full disk, a file held open, a missing right), then run "resync recover". Nobody should use the postoffice until then.',
    facts: { root, snapshot: folder },
    cause,
  });
}
