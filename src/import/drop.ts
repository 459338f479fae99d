import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { aboutFile, errnoOf } from "../errno.ts";
import { ResyncError, throwIfAborted } from "../errors.ts";
import { syncFolder } from "../sync-folder.ts";
import { unlessMissing } from "./files.ts";
import { hashFile } from "./small-files.ts";
import { findFile, newFilePath, type Postoffice } from "./postoffice/postoffice.ts";
import { DROP_TEMPORARY } from "./snapshot/temporaries.ts";

/** Where the master list goes and under which name it is put together. Absolute paths, in the spelling of the tree. */
export interface DropPaths {
  readonly path: string;
  readonly temporary: string;
}

/** The paths for a drop. Changes nothing. */
export async function dropPaths(postoffice: Postoffice): Promise<DropPaths> {
  return {
    path: await newFilePath(postoffice, "GLB", "RESYNC.GLB"),
    temporary: await newFilePath(postoffice, "GLB", DROP_TEMPORARY),
  };
}

/**
 * Puts a copy of `file` into the postoffice as GLB\RESYNC.GLB: temporary name, forced to the disk, read back and compared with `sha256`, then
 * named. Never overwrites: `ALREADY_EXISTS` when there is a RESYNC.GLB. `FILE_CHANGED` when `file` is not what was checked,
 * `VERIFY_FAILED` when the disk does not give back what was written. On any failure the temporary file is removed.
 */
export async function dropMasterList(
  postoffice: Postoffice,
  { path, temporary }: DropPaths,
  { file, sha256 }: { file: string; sha256: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await rm(temporary, { force: true });
    const sent = await copyHashed(file, temporary, signal);
    if (sent !== sha256) throw changed(file);
    if ((await hashFile(temporary, { signal })) !== sha256) throw notReadBack(temporary);
    throwIfAborted(signal);
    const standing = await findFile(postoffice, "GLB", "RESYNC.GLB");
    if (standing !== undefined) throw taken(standing);
    await nameNew(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throwIfAborted(signal);
    throw error;
  }
}

/**
 * Takes back a master list that no program has seen yet: the temporary file, and RESYNC.GLB when it is ours. Says `gone` when there is no
 * RESYNC.GLB, `foreign` when there is another one, which stays.
 */
export async function takeBackDrop(
  postoffice: Postoffice,
  temporary: string,
  sha256: string,
): Promise<"removed" | "gone" | "foreign"> {
  await rm(temporary, { force: true });
  const standing = await findFile(postoffice, "GLB", "RESYNC.GLB");
  if (standing === undefined) return "gone";
  if ((await unlessMissing(hashFile(standing))) !== sha256) return "foreign";
  await rm(standing, { force: true });
  await syncFolder(dirname(standing));
  return "removed";
}

async function copyHashed(source: string, target: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(target, "wx");
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: 1 << 18, signal })) {
      hash.update(chunk as Buffer);
      await handle.writeFile(chunk as Buffer);
    }
    await handle.sync();
  } catch (error) {
    throw aboutFile(error, target);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

/** Gives a file a name that nothing has. A hard link cannot overwrite; where there are none (FAT, SMB), the caller's look must do. */
async function nameNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw taken(path);
    await rename(temporary, path);
    return;
  }
  await rm(temporary);
}

function taken(path: string): ResyncError {
  return new ResyncError("ALREADY_EXISTS", {
    message: `${path} appeared meanwhile: somebody else dropped a master list.`,
    hint: "Find out who delivers to this postoffice; let that list be imported or remove it, then try again.",
    facts: { path },
    exitCode: 3,
  });
}

function changed(file: string): ResyncError {
  return new ResyncError("FILE_CHANGED", {
    message: `${file} is not the file that was checked: its content changed since.`,
    hint: "See what writes to it, then try again.",
    facts: { file },
  });
}

function notReadBack(path: string): ResyncError {
  return new ResyncError("VERIFY_FAILED", {
    message: `${join(path)} does not hold what was written to it.`,
    hint: "Check the disk and the connection to the postoffice.",
    facts: { path },
  });
}
