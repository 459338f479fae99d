import { chmod, constants, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ResyncError, throwIfAborted } from "../../errors.ts";
import { eachOf, forceToDisk, hashFile, syncFolder } from "../files.ts";
import { entryAt } from "../postoffice/census.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { loadState, saveState } from "./manifest.ts";
import { readState, type FileState, type PostofficeState } from "./state.ts";
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
 * Copies every file that IMPORT or REBUILD may write into `folder` (made, 0700), each proved against the file it was made from. The list of
 * them, `before.json`, is written last: a snapshot without it is none. Everything is on the disk when this settles.
 * Throws `POSTOFFICE_NOT_READY` when a file is written meanwhile: somebody is at work.
 */
export async function takeSnapshot(
  postoffice: Postoffice,
  folder: string,
  { signal, onProgress }: SnapshotOptions = {},
): Promise<Snapshot> {
  const before = await readState(postoffice, undefined, signal);
  const files = [...before.values()].filter(isCopied);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const folders = new Set(files.map(({ path }) => dirname(copyOf(folder, path))));
  for (const name of folders) await mkdir(name, { recursive: true, mode: 0o700 });

  let bytes = 0;
  await eachOf(files, 16, async (file) => {
    throwIfAborted(signal);
    await copyProved(postoffice.root, folder, file);
    bytes += file.size;
    onProgress?.(bytes, total);
  });
  for (const name of [...folders, join(folder, "files"), folder]) await syncFolder(name);
  await saveState(join(folder, "before.json"), postoffice.root, before);
  return { folder, before, copied: { files: files.length, bytes } };
}

/** A snapshot taken earlier; `undefined` when it was not finished. Its copies are proved by `proveCopies`. */
export async function openSnapshot(folder: string): Promise<Snapshot | undefined> {
  const before = await loadState(join(folder, "before.json"));
  if (before === undefined) return undefined;
  const files = [...before.values()].filter(isCopied);
  return { folder, before, copied: { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) } };
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

/** The state of the files that the snapshot has copies of. */
export function isCopied({ key }: FileState): boolean {
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

async function copyProved(root: string, folder: string, file: FileState): Promise<void> {
  const target = copyOf(folder, file.path);
  await copyFile(join(root, file.path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(target, 0o600);
  await forceToDisk(target);
  const now = await entryAt(root, file.path);
  if ((await hashFile(target)) !== file.sha256 || now?.mtimeMs !== file.mtimeMs) throw beingWritten(root, file.path);
}

function beingWritten(root: string, path: string): ResyncError {
  return new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${join(root, path)} was written while it was copied: somebody is at work on the postoffice.`,
    state: "The postoffice was not changed.",
    hint: "See that ADMIN, DISPATCH, EXTERNAL and IMPORT do not run, then try again.",
    facts: { file: join(root, path) },
  });
}
