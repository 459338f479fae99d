import { createHash } from "node:crypto";
import { chmod, constants, copyFile, mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ResyncError, throwIfAborted } from "../../errors.ts";
import { eachOf, forceToDisk, hashFile, syncFolder } from "../files.ts";
import { entryAt, type PostofficeEntry } from "../postoffice/census.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { loadState, saveState } from "./manifest.ts";
import { fileState, stateOf, touchedFiles, type FileState, type PostofficeState } from "./state.ts";
import { touchClass } from "./touched.ts";

/** A postoffice as it stood before an import, kept in a folder. */
export interface Snapshot {
  readonly folder: string;
  readonly before: PostofficeState;
  /** Files copied and their bytes. */
  readonly copied: { readonly files: number; readonly bytes: number };
}

export interface SnapshotOptions {
  signal?: AbortSignal;
  onProgress?: (bytes: number, total: number) => void;
}

/**
 * Copies every file that IMPORT or REBUILD may write into `folder` (made, 0700), each proved not to have been written meanwhile. The list of
 * them, `before.json`, is written last: a snapshot without it is none. Everything is on the disk when this settles.
 * Throws `POSTOFFICE_NOT_READY` when a file is written meanwhile: somebody is at work.
 */
export async function takeSnapshot(
  postoffice: Postoffice,
  folder: string,
  { signal, onProgress }: SnapshotOptions = {},
): Promise<Snapshot> {
  const { root } = postoffice;
  const touched = await touchedFiles(postoffice);
  const copied = touched.filter(isCopied);
  const total = sizeOf(copied);
  const folders = new Set(copied.map(({ path }) => dirname(copyOf(folder, path))));
  for (const name of folders) await mkdir(name, { recursive: true, mode: 0o700 });

  const states: FileState[] = [];
  let bytes = 0;
  await eachOf(touched, 16, async (entry) => {
    throwIfAborted(signal);
    const sha256 = isCopied(entry) ? await copyWhole(root, folder, entry) : undefined;
    states.push(await fileState(root, entry, sha256));
    if (sha256 === undefined) return;
    bytes += entry.size;
    onProgress?.(bytes, total);
  });
  for (const name of [...folders, join(folder, "files"), folder]) await syncFolder(name);
  const before = stateOf(states);
  await saveState(join(folder, "before.json"), root, before);
  return { folder, before, copied: { files: copied.length, bytes: total } };
}

/** A snapshot taken earlier; `undefined` when it was not finished. Its copies are proved by `proveCopies`. */
export async function openSnapshot(folder: string): Promise<Snapshot | undefined> {
  const before = await loadState(join(folder, "before.json"));
  if (before === undefined) return undefined;
  const files = [...before.values()].filter(isCopied);
  return { folder, before, copied: { files: files.length, bytes: sizeOf(files) } };
}

/** Proves that the copies of `files` still hold what was copied. Throws `ROLLBACK_FAILED` naming those that do not. */
export async function proveCopies({ folder }: Snapshot, files: readonly FileState[]): Promise<void> {
  const bad: string[] = [];
  await eachOf(files, 8, async ({ path, sha256 }) => {
    const found = await hashFile(copyOf(folder, path)).catch(() => undefined);
    if (found !== sha256) bad.push(path);
  });
  if (bad.length === 0) return;
  throw new ResyncError("ROLLBACK_FAILED", {
    message: `The snapshot in ${folder} is damaged: ${bad.join(", ")}.`,
    state: "Nothing was put back: the postoffice is as the import left it.",
    hint: "Restore the postoffice from your own backup.",
    facts: { snapshot: folder, damaged: bad },
  });
}

/** Where a snapshot keeps the file that stood at `path` below the postoffice's root. */
export function copyOf(folder: string, path: string): string {
  return join(folder, "files", ...path.split("/"));
}

/** True for a file that the snapshot has a copy of. */
export function isCopied({ key }: Pick<FileState, "key">): boolean {
  return touchClass(key) !== "mailbag";
}

/** What a kept state is of: what mending makes of the files, or a program left. */
export type AfterWhat = "mend" | "import" | "rebuild";

/** Keeps the state after a program beside the snapshot: what a roll-back compares with. */
export async function saveAfter(what: AfterWhat, folder: string, root: string, after: PostofficeState): Promise<void> {
  await saveState(join(folder, `after-${what}.json`), root, after);
}

/** The state after a program; `undefined` when the run did not come that far. */
export async function loadAfter(what: AfterWhat, folder: string): Promise<PostofficeState | undefined> {
  return loadState(join(folder, `after-${what}.json`));
}

/** Up to this size a file is read at once. */
const AT_ONCE = 4 * 1024 * 1024;

/** Copies one file, forces the copy to the disk, and returns its SHA-256. Throws when the file was written meanwhile. */
async function copyWhole(root: string, folder: string, { path, size, mtimeMs }: PostofficeEntry): Promise<string> {
  const source = join(root, path);
  const target = copyOf(folder, path);
  const sha256 = size <= AT_ONCE ? await copySmall(source, target) : await copyLarge(source, target);
  const now = await entryAt(root, path);
  if (now?.mtimeMs !== mtimeMs || now.size !== size) throw beingWritten(root, path);
  return sha256;
}

async function copySmall(source: string, target: string): Promise<string> {
  const bytes = await readFile(source);
  const handle = await open(target, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return createHash("sha256").update(bytes).digest("hex");
}

/** As a reflink where the file system has them. */
async function copyLarge(source: string, target: string): Promise<string> {
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(target, 0o600);
  await forceToDisk(target);
  return hashFile(target);
}

function sizeOf(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function beingWritten(root: string, path: string): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${join(root, path)} was written while it was copied: somebody is at work on the postoffice.`,
    state: "The postoffice was not changed.",
    hint: "See that ADMIN, DISPATCH, EXTERNAL and IMPORT do not run, then try again.",
    facts: { file: join(root, path) },
  });
}
