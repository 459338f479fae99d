import { rename as systemRename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../../errno.ts";
import { throwIfAborted } from "../../errors.ts";
import { setAsideName } from "../names.ts";
import type { Place } from "../place.ts";
import { localPlace } from "../places/local.ts";
import { openUncached, readUncached } from "./uncached.ts";

type Rename = (from: string, to: string) => Promise<void>;

/** Milliseconds that a disk may be silent: a floppy drive tries a bad sector for a long time. */
const STALL_MS = 180_000;

/**
 * A folder on a disk that is carried about: a floppy disk, a memory stick, a card. Mostly FAT: 8.3 names, no modes, and drivers of which
 * some refuse to rename over a file, and none promises what is left when the disk is pulled out meanwhile. Every file and folder is
 * forced to the disk, and read back from the disk itself where the system can go past its own cache; elsewhere it is only opened anew.
 */
export function mediumPlace(root: string, { rename = systemRename }: { rename?: Rename } = {}): Place {
  const inTwoSteps = new Set<string>();
  let uncached = false;
  const local = localPlace(root, {
    stallMs: STALL_MS,
    async rename(from, to) {
      if (!(await renameOver(from, to, rename))) inTwoSteps.add(to);
    },
  });
  return {
    ...local,
    label: `media:${root}`,
    capabilities: {
      ...local.capabilities,
      atomicReplace: false,
      modes: false,
      get uncached() {
        return uncached;
      },
    },

    async *read(path, options) {
      throwIfAborted(options?.signal);
      const full = join(root, ...path.split("/"));
      const file = await openUncached(full, STALL_MS);
      uncached = file !== undefined;
      yield* file === undefined
        ? local.read(path, options)
        : readUncached(file, full, { stallMs: STALL_MS, ...options });
    },

    async replace(from, to, options) {
      await local.replace(from, to, options);
      return { atomic: !inTwoSteps.delete(join(root, ...to.split("/"))) };
    },
  };
}

/**
 * Renames over a file; false where the driver refuses that (EEXIST) and the old file had to be set aside first. It is put back when the
 * second step fails. Throws the system's error.
 */
async function renameOver(from: string, to: string, rename: Rename): Promise<boolean> {
  const aside = join(dirname(to), setAsideName(to.slice(dirname(to).length + 1)));
  try {
    await rename(from, to);
    await unlink(aside).catch(() => undefined);
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  await unlink(aside).catch(() => undefined);
  await rename(to, aside);
  try {
    await rename(from, to);
  } catch (error) {
    await rename(aside, to);
    throw error;
  }
  await unlink(aside);
  return false;
}
