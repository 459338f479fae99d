import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { JOURNAL, type RunRecord } from "./store.ts";

/** What a run's folder holds beside its journal: snapshots, private copies, screens, extracts. */
export interface Leavings {
  readonly run: RunRecord;
  /** Paths in the run's folder. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** What stands in the folders of `runs` beside their journals; runs that hold nothing are left out. */
export async function leavingsOf(runs: readonly RunRecord[]): Promise<Leavings[]> {
  const found = await Promise.all(
    runs.map(async (run) => {
      const names = (await readdir(run.folder)).filter((name) => name !== JOURNAL);
      const paths = names.map((name) => join(run.folder, name));
      return { run, paths, bytes: await bytesBelow(paths) };
    }),
  );
  return found.filter(({ paths }) => paths.length > 0);
}

/** Removes them. The journals stay: they tell what was imported when. */
export async function removeLeavings(leavings: readonly Leavings[]): Promise<void> {
  for (const path of leavings.flatMap(({ paths }) => paths)) await rm(path, { recursive: true, force: true });
}

async function bytesBelow(paths: readonly string[]): Promise<number> {
  let sum = 0;
  for (const path of paths) {
    const found = await stat(path);
    if (found.isDirectory()) sum += await bytesBelow((await readdir(path)).map((name) => join(path, name)));
    else sum += found.size;
  }
  return sum;
}
