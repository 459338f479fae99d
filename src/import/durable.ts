import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, rename, rm, statfs } from "node:fs/promises";
import { release } from "node:os";
import { dirname } from "node:path";
import { aboutFile } from "../errno.ts";
import { syncFolder } from "../sync-folder.ts";
import { allOf, eachOf } from "./files.ts";

/**
 * Writes a file that its owner alone can read, forced to the disk; an older one of the name is replaced in one act, once `ready` has settled well.
 * Throws what `ready` throws.
 */
export async function writeDurably(file: string, content: string | Uint8Array, ready?: Promise<void>): Promise<void> {
  const temporary = `${file}.new`;
  await allOf(writeNew(temporary, content), ready ?? Promise.resolve());
  await rename(temporary, file);
  await syncFolder(dirname(file));
}

async function writeNew(file: string, content: string | Uint8Array): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    throw aboutFile(error, file);
  } finally {
    await handle.close();
  }
}

/** Forces a file's bytes to the disk. */
export async function forceToDisk(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** From so many files on, one flush of the file system is quicker than one for each. */
const MANY = 16;

/**
 * Forces many files of one file system to the disk: all at once by syncfs(2) where that is known to do it and to report what could not
 * be written, else one by one. `within` is a folder on that file system.
 */
export async function forceAllToDisk(within: string, files: readonly string[]): Promise<void> {
  if (files.length >= MANY && (await syncsWhole(within)) && (await syncFileSystem(within))) return;
  await eachOf(files, 16, forceToDisk);
}

/** ext2 to ext4, XFS, btrfs, F2FS by their numbers in statfs(2). Over a network or through FUSE syncfs does not reach the disk. */
const WHOLE: readonly number[] = [0xef53, 0x58465342, 0x9123683e, 0xf2f52010];

/** Since Linux 5.8 syncfs(2) tells that something could not be written. */
async function syncsWhole(folder: string): Promise<boolean> {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  if (process.platform !== "linux" || major < 5 || (major === 5 && minor < 8)) return false;
  return WHOLE.includes((await statfs(folder)).type);
}

/** `sync -f` of coreutils: syncfs(2), which Node does not have. False where there is none, or where it failed. */
async function syncFileSystem(folder: string): Promise<boolean> {
  const [code] = (await once(spawn("sync", ["-f", folder], { stdio: "ignore" }), "close").catch(() => [])) as unknown[];
  return code === 0;
}
