import { chmod, copyFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pRetry from "p-retry";
import { ResyncError } from "../../errors.ts";
import { eachOf, errorCode, forceToDisk, syncFolder } from "../files.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { planRollback, type Conflict, type RollbackPlan } from "./rollback-plan.ts";
import { copyOf, proveCopies, type Snapshot } from "./snapshot.ts";
import { readState, type FileState, type PostofficeState } from "./state.ts";
import { removeTemporaries, restoreTemporary, withoutTemporaries } from "./temporaries.ts";

/** Files put back at the same time: each waits for the disk. */
const AT_ONCE = 8;

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
  return planFrom(snapshot, after, await readState(postoffice, snapshot.before));
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
  const now = await readState(postoffice, snapshot.before);
  const plan = planFrom(snapshot, after, now);
  refuseConflicts(postoffice, plan);
  await proveCopies(
    snapshot,
    plan.restore.filter(({ hex }) => hex === undefined).map(({ before }) => before),
  );
  try {
    await removeTemporaries(postoffice, now);
    await apply(postoffice, snapshot, plan);
  } catch (cause) {
    throw failed(postoffice, snapshot, cause);
  }
  const left = await previewRollback(postoffice, snapshot, after);
  if (left.restore.length + left.remove.length + left.conflicts.length > 0)
    throw failed(postoffice, snapshot, undefined);
  return {
    restored: plan.restore.map(({ before }) => before.path),
    removed: plan.remove.map(({ path }) => path),
    left: plan.left,
  };
}

/** Throws `ROLLBACK_REFUSED` naming every file that somebody else wrote since. */
export function refuseConflicts(postoffice: Postoffice, { conflicts }: RollbackPlan): void {
  if (conflicts.length > 0) throw refused(postoffice, conflicts);
}

async function apply(postoffice: Postoffice, snapshot: Snapshot, plan: RollbackPlan): Promise<void> {
  await eachOf([...plan.restore.entries()], AT_ONCE, async ([index, file]) =>
    putBack(postoffice, snapshot, file, index),
  );
  for (const { path } of plan.remove) await patiently(() => rm(join(postoffice.root, path), { force: true }));
  for (const { before, now } of plan.touchUp) {
    const target = join(postoffice.root, before.path);
    if (now.path !== before.path) await patiently(() => rename(join(postoffice.root, now.path), target));
    await chmod(target, before.mode);
    await setTimes(target, before);
  }
  const changed = [
    ...plan.restore.map(({ before }) => before),
    ...plan.remove,
    ...plan.touchUp.map(({ before }) => before),
  ];
  for (const folder of new Set(changed.map(({ path }) => dirname(join(postoffice.root, path)))))
    await syncFolder(folder);
}

type Restored = RollbackPlan["restore"][number];

async function putBack(
  { root, spelling }: Postoffice,
  { folder }: Snapshot,
  { before, now, hex }: Restored,
  index: number,
): Promise<void> {
  const target = join(root, before.path);
  const temporary = join(dirname(target), restoreTemporary({ spelling }, index));
  await (hex === undefined
    ? copyFile(copyOf(folder, before.path), temporary)
    : writeFile(temporary, Buffer.from(hex, "hex")));
  await chmod(temporary, before.mode | 0o200);
  await forceToDisk(temporary);
  await setTimes(temporary, before);
  // Over the file in the spelling it has now, then into its own: never without it in between.
  const standing = now ? join(root, now.path) : target;
  await patiently(() => rename(temporary, standing));
  if (standing !== target) await patiently(() => rename(standing, target));
  if ((before.mode & 0o200) === 0) await chmod(target, before.mode);
}

async function setTimes(file: string, { mtimeMs }: FileState): Promise<void> {
  await utimes(file, new Date(), mtimeMs / 1000);
}

/** A client or a virus scanner may hold a file for a moment: tried again for some seconds. */
async function patiently(act: () => Promise<void>): Promise<void> {
  await pRetry(act, {
    retries: 6,
    minTimeout: 100,
    maxTimeout: 2000,
    shouldRetry: ({ error }) => ["EBUSY", "EPERM", "EACCES", "ETXTBSY"].includes(errorCode(error) ?? ""),
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
  const why = cause instanceof Error ? cause.message : "after it, files are not what they should be";
  return new ResyncError("ROLLBACK_FAILED", {
    message: `${root} could not be rolled back completely: ${why}.`,
    state: `Some files are as before the import, some as it left them. All copies stand in ${join(folder, "files")}.`,
    hint: 'Remove the cause (full disk, a file held open, a missing right), then run "resync recover". Nobody should use the postoffice until then.',
    facts: { root, snapshot: folder },
    cause,
  });
}
