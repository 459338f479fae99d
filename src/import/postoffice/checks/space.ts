import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { filesIn } from "../census.ts";
import { check, type Check, type CheckInput } from "../check.ts";
import { DIRECTORY_FOLDERS } from "../layout.ts";

/** Room for the import and for the snapshot. */
export async function checkSpace(input: CheckInput): Promise<Check[]> {
  const { postoffice, census, incomingBytes, snapshotFolder } = input;
  const lists = total(filesIn(census, "USR"));
  const needed = 3 * Math.max(lists, incomingBytes ?? 0);
  const database = await room(
    check("disk", "Room on the postoffice's disk, three times the update", "Q112301, Q96060"),
    postoffice.root,
    needed,
    "Make room (PURGE on NetWare): IMPORT needs three times the size of the update.",
  );
  if (snapshotFolder === undefined) return [database];
  const kept = total(DIRECTORY_FOLDERS.flatMap((folder) => filesIn(census, folder)));
  const snapshot = await room(
    check("snapshot-disk", "Room for the snapshot"),
    snapshotFolder,
    2 * kept,
    "Make room, or name another state folder: before the import every file that IMPORT may touch is copied.",
  );
  return [database, snapshot];
}

async function room(
  { ok, refused }: Pick<ReturnType<typeof check>, "ok" | "refused">,
  folder: string,
  needed: number,
  remedy: string,
): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestFolder(folder));
  const free = bavail * bsize;
  const found = `${megabytes(free)} MB free, ${megabytes(needed)} MB needed`;
  return free >= needed ? ok(found) : refused(found, remedy);
}

/** The folder itself, or the nearest one above it that exists: a run's folder may not be made yet. */
async function nearestFolder(folder: string): Promise<string> {
  const exists = await stat(folder).catch(() => undefined);
  return exists || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function total(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
