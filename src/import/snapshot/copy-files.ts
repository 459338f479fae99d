import { chmod, constants, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { spread } from "../crew/crew.ts";
import { syncFolder } from "../../sync-folder.ts";
import { forceAllToDisk } from "../durable.ts";
import { allOf, eachOf } from "../files.ts";
import { entryAt, type PostofficeEntry } from "../postoffice/census.ts";
import { hashFile, SMALL } from "../small-files.ts";
import { archiveFiles, beingWritten, contentAt, layOutArchive, readsBackWrong } from "./archive.ts";
import { archiveOf, largeCopyOf, type Copies } from "./copies.ts";
import { fitsArchive } from "./tar-header.ts";

/** Large files in work at the same time. */
const AT_ONCE = 4;

export interface CopyOptions {
  signal?: AbortSignal | undefined;
  /** Called with the hash of each file as it stands in the postoffice, hex. */
  onCopied: (entry: PostofficeEntry, sha256: string) => void;
}

/**
 * Copies the files `entries` below `root` into `folder` and reads the copies back; they are not yet forced to the disk. Throws `POSTOFFICE_NOT_READY`
 * when a file is written meanwhile, `VERIFY_FAILED` for a copy that reads back wrong.
 */
export async function copyFiles(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  options: CopyOptions,
): Promise<Copies> {
  const small = entries.filter((entry) => isArchived(entry));
  const large = entries.filter((entry) => !isArchived(entry));
  const [archived] = await allOf(archive(root, folder, small, options), copyLarge(root, folder, large, options));
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
  { signal, onCopied }: CopyOptions,
): Promise<ReadonlyMap<string, number>> {
  const file = archiveOf(folder);
  const placed = layOutArchive(file, entries);
  const onDone = (hashes: readonly string[], from: number) => {
    placed.slice(from, from + hashes.length).forEach(({ entry }, n) => onCopied(entry, hashes[n] ?? ""));
  };
  await spread(archiveFiles, { root, archive: file }, placed, { signal, onDone });
  return new Map(placed.map((one) => [one.entry.key, contentAt(one)]));
}

async function copyLarge(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  { signal, onCopied }: CopyOptions,
): Promise<void> {
  const folders = new Set(entries.map((entry) => dirname(largeCopyOf({ folder }, entry))));
  for (const name of folders) await mkdir(name, { recursive: true, mode: 0o700 });
  await eachOf(entries, AT_ONCE, async (entry) => {
    const { path, size, mtimeMs } = entry;
    const target = largeCopyOf({ folder }, entry);
    await copyFile(join(root, path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, 0o600);
    const sha256 = await hashFile(join(root, path), { signal });
    if ((await hashFile(target, { signal })) !== sha256) throw readsBackWrong(target);
    const now = entryAt(root, path);
    if (now?.mtimeMs !== mtimeMs || now.size !== size) throw beingWritten(root, path);
    onCopied(entry, sha256);
  });
}
