import { hash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { spread } from "../crew/crew.ts";
import type { Job } from "../crew/job.ts";
import { isMissing } from "../files.ts";
import { hashFile, readAt } from "../small-files.ts";
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

/** The paths of those of `files` whose copies do not hold what was copied. */
export async function damagedCopies(copies: Copies, files: readonly FileState[]): Promise<string[]> {
  const pieces = files.flatMap(({ key, path, size, sha256 }) => {
    const position = copies.archived.get(key);
    return position === undefined ? [] : [{ path, position, size, sha256 }];
  });
  const whole = await spread(proveArchived, { archive: archiveOf(copies.folder) }, pieces);
  const damaged = pieces.filter((_, n) => whole[n] !== true).map(({ path }) => path);
  for (const file of files.filter(({ key }) => !copies.archived.has(key))) {
    const found = await hashFile(largeCopyOf(copies, file)).catch(() => undefined);
    if (found !== file.sha256) damaged.push(file.path);
  }
  return damaged;
}

/** A copy in the archive: its position and size in bytes, and the SHA-256 of what was copied. */
interface Piece {
  readonly position: number;
  readonly size: number;
  readonly sha256: string | undefined;
}

/** True for each copy that holds what was copied. */
export const proveArchived: Job<{ readonly archive: string }, Piece, boolean> = {
  name: "prove",
  run: ({ archive }, pieces) => {
    const fd = openUnlessMissing(archive);
    if (fd === undefined) return pieces.map(() => false);
    try {
      return pieces.map(({ position, size, sha256 }) => hash("sha256", readAt(fd, position, size)) === sha256);
    } finally {
      closeSync(fd);
    }
  },
};

function openUnlessMissing(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
