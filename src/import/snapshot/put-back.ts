import { chmod, constants, copyFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import pRetry from "p-retry";
import { errnoOf } from "../../errno.ts";
import { ResyncError } from "../../errors.ts";
import { forceAllToDisk } from "../durable.ts";
import { allOf, eachOf } from "../files.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { spread } from "../crew/crew.ts";
import { giveMarks, hashFile, type FileMarks } from "../small-files.ts";
import { archiveOf, largeCopyOf, type Copies } from "./copies.ts";
import { stageFiles, type SmallStaged } from "./stage-files.ts";
import type { RollbackPlan } from "./rollback-plan.ts";
import type { Snapshot } from "./snapshot.ts";
import type { FileState } from "./state.ts";
import { restoreTemporary } from "./temporaries.ts";

/**
 * Files put together before they are forced to the disk and named, in one go: fewer than there are temporary names, and not so many bytes
 * that a disk that is nearly full cannot take them. Many, because making files is slow on ext4 where others were just removed.
 */
const BATCH = { files: 20_000, bytes: 64 << 20 };

/** Files named or removed at the same time: ext4 makes each wait a moment until the file that stood there is gone, all the same moment. */
export const AT_ONCE = 16;

type Restored = RollbackPlan["restore"][number];

/**
 * Puts files back: under temporary names, read back, forced to the disk; only then each takes the place of what stands there. Cut off at any
 * moment, each file is whole as it was or whole as it has to be.
 */
export async function putBackAll(
  postoffice: Postoffice,
  { copies }: Snapshot,
  files: readonly Restored[],
): Promise<void> {
  for (const batch of batchesOf(files)) {
    const staged = batch.map((file, index) => ({ file, temporary: temporaryOf(postoffice, file, index) }));
    const small = staged.flatMap((one) => smallFrom(copies, one) ?? []);
    const large = staged.filter((one) => smallFrom(copies, one) === undefined);
    await allOf(
      spread(stageFiles, { archive: archiveOf(copies.folder) }, small),
      eachOf(large, AT_ONCE, (one) => putLargeTogether(copies, one)),
    );
    await forceAllToDisk(
      postoffice.root,
      staged.map(({ temporary }) => temporary),
    );
    await eachOf(staged, AT_ONCE, ({ file, temporary }) => name(postoffice, file, temporary));
  }
}

interface Staged {
  readonly file: Restored;
  readonly temporary: string;
}

function batchesOf(files: readonly Restored[]): Restored[][] {
  const batches: Restored[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    bytes += file.before.size;
    if (last === undefined || last.length === BATCH.files || bytes > BATCH.bytes) {
      batches.push([file]);
      bytes = file.before.size;
    } else last.push(file);
  }
  return batches;
}

function temporaryOf({ root, spelling }: Postoffice, { before }: Restored, index: number): string {
  return join(root, dirname(before.path), restoreTemporary({ spelling }, index));
}

/** What has to be put together of a small file under a temporary name; `undefined` for one whose copy is a file of its own. */
function smallFrom({ archived }: Copies, { file: { before, hex }, temporary }: Staged): SmallStaged | undefined {
  const { key, size } = before;
  const position = archived.get(key);
  const marks = writable(before);
  if (hex !== undefined) return { temporary, marks, from: { hex } };
  return position === undefined ? undefined : { temporary, marks, from: { position, size } };
}

async function putLargeTogether(copies: Copies, { file: { before }, temporary }: Staged): Promise<void> {
  await copyFile(largeCopyOf(copies, before), temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  if ((await hashFile(temporary)) !== before.sha256)
    throw new ResyncError("VERIFY_FAILED", { message: `${temporary} reads back wrong.` });
  await giveMarks(temporary, writable(before));
}

/** The marks it has to have, but that it can be written. */
function writable({ mtimeMs, mode, uid, gid }: FileState): FileMarks {
  return { mtimeMs, mode: mode | 0o200, uid, gid };
}

/** Over the file in the spelling it has now, then into its own: never without it in between. */
async function name({ root }: Postoffice, { before, now }: Restored, temporary: string): Promise<void> {
  const target = join(root, before.path);
  const standing = now ? join(root, now.path) : target;
  await patiently(() => rename(temporary, standing));
  if (standing !== target) await patiently(() => rename(standing, target));
  if ((before.mode & 0o200) === 0) await chmod(target, before.mode);
}

/** A client or a virus scanner may hold a file for a moment: tried again for some seconds. */
export async function patiently(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (first) {
    if (!isHeld(first)) throw first;
    await pRetry(act, { retries: 6, minTimeout: 100, maxTimeout: 2000, shouldRetry: ({ error }) => isHeld(error) });
  }
}

function isHeld(error: unknown): boolean {
  return ["EBUSY", "EPERM", "EACCES", "ETXTBSY"].includes(errnoOf(error) ?? "");
}
