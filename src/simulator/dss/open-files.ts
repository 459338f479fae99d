import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { isAlive } from "./alive.ts";
import { dssFiles } from "./paths.ts";
import { readJson, writeJson } from "./store.ts";

/** A file held open by a process of the simulated DSS, as Windows would enforce it. */
interface OpenFile {
  readonly path: string;
  readonly pid: number;
  readonly shareRead: boolean;
}

/** Marks a local file as held open by this process until `release` or the process's end. */
export async function holdOpen(dir: string, path: string, shareRead: boolean): Promise<{ release(): Promise<void> }> {
  const mark = markOf(dir, path);
  await mkdir(dssFiles(dir).openFiles, { recursive: true });
  await writeJson(mark, { path, pid: process.pid, shareRead } satisfies OpenFile);
  return { release: () => rm(mark, { force: true }) };
}

/**
 * Throws `FILE_BUSY`, as a sharing violation (Win32 error 32, Q155011), when a living process holds the local file open in a way that
 * forbids `act`. Listing a folder is always allowed.
 */
export async function refuseIfOpen(dir: string, path: string, act: "read" | "change"): Promise<void> {
  const open = await openFile(dir, path);
  if (open === undefined || !isAlive(open.pid) || (act === "read" && open.shareRead)) return;
  throw new ResyncError("FILE_BUSY", {
    message: `${path} is open in another program (sharing violation).`,
    facts: { path, pid: open.pid, win32: 32 },
    retryable: true,
  });
}

async function openFile(dir: string, path: string): Promise<OpenFile | undefined> {
  try {
    return await readJson<OpenFile>(markOf(dir, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A file's name, because paths hold characters that names cannot. */
function markOf(dir: string, path: string): string {
  return join(
    dssFiles(dir).openFiles,
    `${createHash("sha256").update(path.toLowerCase()).digest("hex").slice(0, 16)}.json`,
  );
}
