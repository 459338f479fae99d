import type { Stats } from "node:fs";
import { lstat, open, readdir, stat, statfs, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../../errno.ts";
import { hasCode, ResyncError, throwIfAborted } from "../../errors.ts";
import { syncFolder } from "../../sync-folder.ts";
import type { Place, PlaceEntry, PlacePath } from "../place.ts";
import { blocksOf } from "./blocks.ts";
import { refuseSameOrElsewhere } from "./checks.ts";
import { fromErrno } from "./errno.ts";
import { renamePatiently } from "./local-rename.ts";
import { inTime, STALL_MS } from "./in-time.ts";
import { serialQueue } from "./queue.ts";

/** Bytes of one read or write. */
const BLOCK = 262_144;

export interface LocalPlaceOptions {
  /** Milliseconds without an answer from the file system after which an act is given up. */
  stallMs?: number;
  /** Gives a file the name of another; the system's own unless given. */
  rename?: (from: string, to: string) => Promise<void>;
}

/** A folder of this machine's file systems, UNC paths and mounted shares included. */
export function localPlace(root: string, { stallMs = STALL_MS, rename }: LocalPlaceOptions = {}): Place {
  const queue = serialQueue();
  const windows = process.platform === "win32";
  const absolute = (path?: PlacePath): string => (path === undefined ? root : join(root, ...path.split("/")));

  /** One call to the file system about `path`, in bounded time and with its failure mapped. */
  const call = async <T>(path: string, work: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await inTime(work, path, stallMs, signal);
    } catch (error) {
      throw fromErrno(error, path);
    }
  };

  const requireFile = async (path: string, signal?: AbortSignal): Promise<Stats> => {
    const found = await call(path, stat(path), signal);
    if (found.isDirectory()) throw new ResyncError("IS_A_FOLDER", { message: `${path} is a folder.` });
    if (!found.isFile()) throw new ResyncError("IO", { message: `${path} is a device, pipe or socket, not a file.` });
    return found;
  };

  const isFolder = async (path: string): Promise<boolean> => {
    const found = await call(path, lstat(path)).catch(() => undefined);
    return found?.isDirectory() ?? false;
  };

  return {
    label: root,
    capabilities: { atomicReplace: true, fsync: true, modes: !windows, shareModes: windows },

    list: (folder, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const path = absolute(folder);
        const names = await call(path, readdir(path), options?.signal);
        const entries = names.map(async (name) => entryOf(join(path, name), name));
        return call(path, Promise.all(entries), options?.signal).then((all) =>
          all.filter((entry) => entry !== undefined),
        );
      }),

    stat: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const full = absolute(path);
        try {
          const found = await inTime(stat(full), full, stallMs, options?.signal);
          return describe(basename(full), found);
        } catch (error) {
          if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
          throw fromErrno(error, full);
        }
      }),

    async *read(path, options) {
      throwIfAborted(options?.signal);
      const full = absolute(path);
      await requireFile(full, options?.signal);
      const file = await call(full, open(full, "r"));
      try {
        for (let at = 0; ;) {
          const { bytesRead, buffer } = await call(
            full,
            file.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, at),
            options?.signal,
          );
          if (bytesRead === 0) break;
          at += bytesRead;
          options?.onProgress?.(at);
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await call(full, file.close()).catch(() => undefined);
      }
    },

    writeNew: (path, source, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const full = absolute(path);
        await refuseWhenTooSmall(root, full, options?.size);
        const file = await call(full, open(full, "wx", 0o600));
        let at = 0;
        try {
          for await (const block of blocksOf(source, BLOCK, options?.signal)) {
            for (let done = 0; done < block.length;) {
              done += (await call(full, file.write(block, done, block.length - done, at + done))).bytesWritten;
            }
            at += block.length;
            options?.onProgress?.(at);
          }
          throwIfAborted(options?.signal);
          await call(full, file.sync());
          await call(full, file.close());
        } catch (error) {
          await call(full, file.close()).catch(() => undefined);
          await call(full, unlink(full)).catch(() => undefined);
          throw error;
        }
        await call(full, syncFolder(dirname(full)));
        return at;
      }),

    replace: (from, to, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        refuseSameOrElsewhere(root, from, to);
        await requireFile(absolute(from), options?.signal);
        if (await isFolder(absolute(to))) {
          throw new ResyncError("IS_A_FOLDER", { message: `${absolute(to)} is a folder; no file can take its place.` });
        }
        await renamePatiently(absolute(from), absolute(to), { stallMs, ...(rename && { rename }), ...options });
        await call(root, syncFolder(dirname(absolute(to))));
        return { atomic: true };
      }),

    remove: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const full = absolute(path);
        if (await isFolder(full))
          throw new ResyncError("IS_A_FOLDER", { message: `${full} is a folder and was not removed.` });
        await call(full, unlink(full), options?.signal).catch((error: unknown) => {
          if (!hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) throw error;
        });
      }),

    close: async () => undefined,
  };
}

/** What stands under a name of a listing; `undefined` when it went away meanwhile. A link that leads nowhere is `other`. */
async function entryOf(path: string, name: string): Promise<PlaceEntry | undefined> {
  const found = await stat(path).catch(() => lstat(path).catch(() => undefined));
  return found && describe(name, found);
}

function describe(name: string, found: Stats): PlaceEntry {
  const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  return { name, kind, size: kind === "file" ? found.size : 0, modified: found.mtime };
}

/** Throws `DISK_FULL` before the first byte when the file system says that `size` bytes cannot fit. */
async function refuseWhenTooSmall(folder: string, path: string, size: number | undefined): Promise<void> {
  const space = size === undefined ? undefined : await statfs(folder).catch(() => undefined);
  if (size === undefined || space === undefined || space.blocks === 0) return;
  const free = space.bavail * space.bsize;
  if (free >= size) return;
  throw new ResyncError("DISK_FULL", {
    message: `${path} needs ${size.toLocaleString("en-US")} bytes; ${free.toLocaleString("en-US")} bytes are free.`,
    state: "Nothing was written.",
    hint: "Make room there.",
    facts: { path, size, free },
  });
}
