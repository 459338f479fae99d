import { hash } from "node:crypto";
import { chmod, constants, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { forceAllToDisk, syncFolder } from "../durable.ts";
import { allOf, eachOf } from "../files.ts";
import { entryAt, type PostofficeEntry } from "../postoffice/census.ts";
import { hashFile, inTurns, readSmall, SMALL } from "../small-files.ts";
import { fitsArchive, openArchive, readsBackWrong } from "./archive.ts";
import { archiveOf, largeCopyOf, type Copies } from "./copies.ts";

/** Large files in work at the same time. */
const AT_ONCE = 4;

/** Called with the hash of a file as it stands in the postoffice. */
export type OnCopied = (entry: PostofficeEntry, sha256: string) => void;

/**
 * Copies the files `entries` below `root` into `folder` and reads the copies back; they are not yet forced to the disk. Throws `POSTOFFICE_NOT_READY`
 * when a file is written meanwhile, `VERIFY_FAILED` for a copy that reads back wrong, and what `onCopied` throws.
 */
export async function copyFiles(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  onCopied: OnCopied,
): Promise<Copies> {
  const small = entries.filter((entry) => isArchived(entry));
  const large = entries.filter((entry) => !isArchived(entry));
  const [archived] = await allOf(archive(root, folder, small, onCopied), copyLarge(root, folder, large, onCopied));
  return { folder, archived };
}

/** Forces the copies of `files` to the disk. */
export async function forceCopiesToDisk(
  copies: Copies,
  files: readonly Pick<PostofficeEntry, "key" | "path">[],
): Promise<void> {
  const { folder, archived } = copies;
  const large = files.filter(({ key }) => !archived.has(key)).map((file) => largeCopyOf(copies, file));
  await forceAllToDisk(folder, [archiveOf(folder), ...large]);
  const folders = new Set([folder, ...large.flatMap((file) => [dirname(file), join(folder, "files")])]);
  for (const name of folders) await syncFolder(name);
}

function isArchived({ size, path }: PostofficeEntry): boolean {
  return size <= SMALL && fitsArchive(path);
}

async function archive(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  onCopied: OnCopied,
): Promise<ReadonlyMap<string, number>> {
  const archived = new Map<string, number>();
  const writer = openArchive(archiveOf(folder));
  try {
    await inTurns(entries, (entry) => {
      const bytes = readUnchanged(root, entry);
      archived.set(entry.key, writer.add(entry, bytes));
      onCopied(entry, hash("sha256", bytes));
    });
    writer.end();
  } finally {
    writer.close();
  }
  return archived;
}

/** A small file's bytes; throws when it is not what the census saw. */
function readUnchanged(root: string, { path, size, mtimeMs }: PostofficeEntry): Buffer {
  const { bytes, stats } = readSmall(join(root, path));
  if (stats.mtimeMs !== mtimeMs || stats.size !== size || bytes.length !== size) throw beingWritten(root, path);
  return bytes;
}

async function copyLarge(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  onCopied: OnCopied,
): Promise<void> {
  const folders = new Set(entries.map((entry) => dirname(largeCopyOf({ folder }, entry))));
  for (const name of folders) await mkdir(name, { recursive: true, mode: 0o700 });
  await eachOf(entries, AT_ONCE, async (entry) => {
    const { path, size, mtimeMs } = entry;
    const target = largeCopyOf({ folder }, entry);
    await copyFile(join(root, path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, 0o600);
    const sha256 = await hashFile(join(root, path));
    if ((await hashFile(target)) !== sha256) throw readsBackWrong(target);
    const now = entryAt(root, path);
    if (now?.mtimeMs !== mtimeMs || now.size !== size) throw beingWritten(root, path);
    onCopied(entry, sha256);
  });
}

function beingWritten(root: string, path: string): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${join(root, path)} was written while it was copied: somebody is at work on the postoffice.`,
    state: "The postoffice was not changed.",
    hint: "See that ADMIN, DISPATCH, EXTERNAL and IMPORT do not run, then try again.",
    facts: { file: join(root, path) },
  });
}
