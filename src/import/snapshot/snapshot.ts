import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "../../errors.ts";
import type { PostofficeEntry } from "../postoffice/census.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import type { Copies } from "./copies.ts";
import { copyFiles, forceCopiesToDisk } from "./copy-files.ts";
import { loadState, saveState } from "./manifest.ts";
import { fileState, stateOf, touchedFiles, type FileState, type PostofficeState } from "./state.ts";
import { touchClass } from "./touched.ts";

/** A postoffice as it stood before an import, kept in a folder. */
export interface Snapshot {
  readonly folder: string;
  readonly before: PostofficeState;
  readonly copies: Copies;
  /** Files copied and their bytes. */
  readonly copied: { readonly files: number; readonly bytes: number };
}

export interface SnapshotOptions {
  signal?: AbortSignal;
  onProgress?: (bytes: number, total: number) => void;
}

/**
 * Copies every file that IMPORT or REBUILD may write into `folder` (made, 0700), each proved not to have been written meanwhile and read back. The list
 * of them, `before.json`, is written last: a snapshot without it is none. Everything is on the disk when this settles.
 * Throws `POSTOFFICE_NOT_READY` when a file is written meanwhile: somebody is at work; `VERIFY_FAILED` for a copy that reads back wrong.
 */
export async function takeSnapshot(
  postoffice: Postoffice,
  folder: string,
  { signal, onProgress }: SnapshotOptions = {},
): Promise<Snapshot> {
  throwIfAborted(signal);
  const { root } = postoffice;
  const touched = await touchedFiles(postoffice);
  const wanted = touched.filter(isCopied);
  const total = sizeOf(wanted);
  await mkdir(folder, { recursive: true, mode: 0o700 });

  const states: FileState[] = [];
  let bytes = 0;
  const note = (entry: PostofficeEntry, sha256: string | undefined) => {
    states.push(fileState(root, entry, sha256));
    if (sha256 === undefined) return;
    bytes += entry.size;
    onProgress?.(bytes, total);
  };
  for (const entry of touched) if (!isCopied(entry)) note(entry, undefined);
  const copies = await copyFiles(root, folder, wanted, { signal, onCopied: note });
  const before = stateOf(states);
  const flushed = forceCopiesToDisk(copies, wanted);
  await saveState(join(folder, "before.json"), root, { state: before, archived: copies.archived }, flushed);
  return { folder, before, copies, copied: { files: wanted.length, bytes: total } };
}

/** A snapshot taken earlier; `undefined` when it was not finished. Its copies are not proved yet (`damagedCopies`). */
export async function openSnapshot(folder: string): Promise<Snapshot | undefined> {
  const kept = await loadState(join(folder, "before.json"));
  if (kept === undefined) return undefined;
  const { state: before, archived } = kept;
  const files = [...before.values()].filter(isCopied);
  return { folder, before, copies: { folder, archived }, copied: { files: files.length, bytes: sizeOf(files) } };
}

/** True for a file that the snapshot has a copy of. */
export function isCopied({ key }: Pick<FileState, "key">): boolean {
  return touchClass(key) !== "mailbag";
}

/** What a kept state is of: what mending makes of the files, or a program left. */
export type AfterWhat = "mend" | "import" | "rebuild";

/** Keeps the state after a program beside the snapshot: what a roll-back compares with. */
export async function saveAfter(what: AfterWhat, folder: string, root: string, after: PostofficeState): Promise<void> {
  await saveState(join(folder, `after-${what}.json`), root, { state: after });
}

/** The state after a program; `undefined` when the run did not come that far. */
export async function loadAfter(what: AfterWhat, folder: string): Promise<PostofficeState | undefined> {
  return (await loadState(join(folder, `after-${what}.json`)))?.state;
}

function sizeOf(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
