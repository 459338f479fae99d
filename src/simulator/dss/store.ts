import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "./alive.ts";

/** Milliseconds after which a lock that names no process counts as left behind. */
const ABANDONED_MS = 2000;

/** What stands in a JSON file. Never sees half of it: files here are only ever replaced. Rejects with the file system's error. */
export async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8")) as T;
}

/** Replaces a JSON file in one act. */
export async function writeJson(file: string, content: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(content, undefined, 2)}\n`);
  await rename(temporary, file);
}

/**
 * Reads, changes and replaces a JSON file while nobody else does: the tool and the DXA are two processes. `change` returns the new
 * content, or `undefined` to leave the file alone. Returns what stands there now.
 */
export async function updateJson<T>(
  file: string,
  change: (content: T) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const lock = `${file}.lock`;
  await takeLock(lock);
  try {
    const content = await readJson<T>(file);
    const changed = await change(content);
    if (changed === undefined) return content;
    await writeJson(file, changed);
    return changed;
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isAbandoned(lock)) await rm(lock, { force: true });
    else await delay(1);
  }
}

/** True when the lock's owner was killed while it held it. */
async function isAbandoned(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, "utf8"));
    if (owner > 0) return !isAlive(owner);
    return Date.now() - (await stat(lock)).mtimeMs > ABANDONED_MS;
  } catch {
    return false;
  }
}
