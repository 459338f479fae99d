import { hash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { chmod, constants, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { forceAllToDisk, syncFolder } from "../durable.ts";
import { eachOf, isMissing } from "../files.ts";
import { breathe, hashFile, readInto, readWhole } from "../small-files.ts";
import { entryAt, type PostofficeEntry } from "../postoffice/census.ts";
import { fitsArchive, openArchive } from "./archive.ts";
import type { FileState } from "./state.ts";

/**
 * Where the copies of a snapshot stand: small files one behind another in `files.tar`, which costs one new file and one flush where thousands would
 * cost thousands; large ones each for itself below `files`, as a reflink where the file system has them.
 */
export interface Copies {
  readonly folder: string;
  /** Position in the archive of the files that stand in it, by key. */
  readonly archived: ReadonlyMap<string, number>;
}

/** Up to this size a file goes into the archive, and is read at one go. */
const SMALL = 1 << 20;

/** Large files in work at the same time. */
const AT_ONCE = 4;

/** Copies the files `entries` below `root` into `folder`. `onCopied` is called with the hash of each as it stands in the postoffice. Throws when a file is written meanwhile. */
export async function copyFiles(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  onCopied: (entry: PostofficeEntry, sha256: string) => Promise<void>,
): Promise<Copies> {
  const archived = new Map<string, number>();
  const large = entries.filter((entry) => !isArchived(entry));
  const archive = openArchive(archiveOf(folder));
  const memory = Buffer.alloc(SMALL + 1);
  try {
    for (const entry of entries.filter((one) => isArchived(one))) {
      const bytes = await readUnchanged(root, entry, memory);
      archived.set(entry.key, archive.add(entry, bytes));
      await onCopied(entry, hash("sha256", bytes));
    }
  } catch (error) {
    archive.abandon();
    throw error;
  }
  await archive.finish();
  await copyLarge(root, folder, large, onCopied);
  return { folder, archived };
}

/** Reads copies. */
export interface CopyReader {
  /** The bytes of a copy that stands in the archive, good until the next are read; `undefined` for one that is a file of its own (`largeCopyOf`). */
  small(file: FileState): Buffer | undefined;
}

/** Opens the archive for as long as `act` takes. */
export async function readingCopies<T>(copies: Copies, act: (reader: CopyReader) => Promise<T>): Promise<T> {
  const archive = openSync(archiveOf(copies.folder), "r");
  const memory = Buffer.alloc(SMALL);
  try {
    return await act({
      small({ key, size }) {
        const position = copies.archived.get(key);
        return position === undefined ? undefined : readInto(memory.subarray(0, size), archive, position);
      },
    });
  } finally {
    closeSync(archive);
  }
}

/** Where a copy stands that is a file of its own. */
export function largeCopyOf({ folder }: Pick<Copies, "folder">, { path }: Pick<FileState, "path">): string {
  return join(folder, "files", ...path.split("/"));
}

/** The paths of those of `files` whose copies do not hold what was copied. */
export async function damagedCopies(copies: Copies, files: readonly FileState[]): Promise<string[]> {
  const hashOf = async (reader: CopyReader, file: FileState): Promise<string> => {
    const bytes = reader.small(file);
    return bytes ? hash("sha256", bytes) : hashFile(largeCopyOf(copies, file));
  };
  const damaged: string[] = [];
  const look = async (reader: CopyReader) => {
    for (const file of files) {
      await breathe();
      const found = await hashOf(reader, file).catch(() => undefined);
      if (found !== file.sha256) damaged.push(file.path);
    }
  };
  await readingCopies(copies, look).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    damaged.push(...files.map(({ path }) => path));
  });
  return damaged;
}

/** The archive of a snapshot. */
export function archiveOf(folder: string): string {
  return join(folder, "files.tar");
}

function isArchived({ size, path }: PostofficeEntry): boolean {
  return size <= SMALL && fitsArchive(path);
}

/** Reads a small file into `memory`; throws when it is not what the census saw. */
async function readUnchanged(root: string, { path, size, mtimeMs }: PostofficeEntry, memory: Buffer): Promise<Buffer> {
  const { bytes, stats } = await readWhole(join(root, path), memory.subarray(0, size + 1));
  if (stats.mtimeMs !== mtimeMs || stats.size !== size || bytes.length !== size) throw beingWritten(root, path);
  return bytes;
}

async function copyLarge(
  root: string,
  folder: string,
  entries: readonly PostofficeEntry[],
  onCopied: (entry: PostofficeEntry, sha256: string) => Promise<void>,
): Promise<void> {
  const files = join(folder, "files");
  const folders = new Set(entries.map((entry) => dirname(largeCopyOf({ folder }, entry))));
  for (const name of folders) await mkdir(name, { recursive: true, mode: 0o700 });
  await eachOf(entries, AT_ONCE, async (entry) => {
    const { path, size, mtimeMs } = entry;
    const target = largeCopyOf({ folder }, entry);
    await copyFile(join(root, path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, 0o600);
    const sha256 = await hashFile(join(root, path));
    const now = entryAt(root, path);
    if (now?.mtimeMs !== mtimeMs || now.size !== size) throw beingWritten(root, path);
    await onCopied(entry, sha256);
  });
  await forceAllToDisk(
    folder,
    entries.map((entry) => largeCopyOf({ folder }, entry)),
  );
  for (const name of folders.size === 0 ? [] : [...folders, files]) await syncFolder(name);
}

function beingWritten(root: string, path: string): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${join(root, path)} was written while it was copied: somebody is at work on the postoffice.`,
    state: "The postoffice was not changed.",
    hint: "See that ADMIN, DISPATCH, EXTERNAL and IMPORT do not run, then try again.",
    facts: { file: join(root, path) },
  });
}
