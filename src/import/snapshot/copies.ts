import { hash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../files.ts";
import { hashFile, inTurns, readInto, SMALL } from "../small-files.ts";
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

/** The archive of a snapshot. */
export function archiveOf(folder: string): string {
  return join(folder, "files.tar");
}

/** Where a copy stands that is a file of its own. */
export function largeCopyOf({ folder }: Pick<Copies, "folder">, { path }: Pick<FileState, "path">): string {
  return join(folder, "files", ...path.split("/"));
}

/** The bytes of a copy that stands in the archive, good until the next are read. */
export type ReadCopy = (file: FileState) => Buffer;

/** Opens the archive for as long as `act` takes. */
export async function readingArchive<T>(copies: Copies, act: (read: ReadCopy) => Promise<T>): Promise<T> {
  const archive = openSync(archiveOf(copies.folder), "r");
  const memory = Buffer.allocUnsafe(SMALL);
  try {
    return await act(({ key, size, path }) => {
      const position = copies.archived.get(key);
      if (position === undefined) throw new RangeError(`${path} does not stand in the archive`);
      return readInto(memory.subarray(0, size), archive, position);
    });
  } finally {
    closeSync(archive);
  }
}

/** The paths of those of `files` whose copies do not hold what was copied. */
export async function damagedCopies(copies: Copies, files: readonly FileState[]): Promise<string[]> {
  const archived = files.filter(({ key }) => copies.archived.has(key));
  const large = files.filter(({ key }) => !copies.archived.has(key));
  const damaged = await damagedInArchive(copies, archived).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return archived.map(({ path }) => path);
  });
  for (const file of large) {
    const found = await hashFile(largeCopyOf(copies, file)).catch(() => undefined);
    if (found !== file.sha256) damaged.push(file.path);
  }
  return damaged;
}

async function damagedInArchive(copies: Copies, files: readonly FileState[]): Promise<string[]> {
  const damaged: string[] = [];
  await readingArchive(copies, async (read) =>
    inTurns(files, (file) => {
      if (hash("sha256", read(file)) !== file.sha256) damaged.push(file.path);
    }),
  );
  return damaged;
}
