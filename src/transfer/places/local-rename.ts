import { rename } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { errnoOf } from "../../errno.ts";
import { throwIfAborted } from "../../errors.ts";
import { fromErrno } from "./errno.ts";
import { inTime } from "./in-time.ts";

/** Milliseconds between tries, growing: about 3 s in all, long enough for a virus scanner to let go. */
const PAUSES = [10, 20, 50, 100, 200, 400, 800, 1600];

export interface RenameOptions {
  stallMs: number;
  signal?: AbortSignal;
  /** These three are this machine's own; others for tests. */
  rename?: (from: string, to: string) => Promise<void>;
  platform?: NodeJS.Platform;
  sleep?: (ms: number) => Promise<unknown>;
}

/**
 * Renames over an existing file. On Windows and on its shares a reader without FILE_SHARE_DELETE makes this fail for a moment (EPERM,
 * EACCES, EBUSY), so it is tried again; elsewhere only EBUSY passes by itself. Throws the mapped failure.
 */
export async function renamePatiently(from: string, to: string, options: RenameOptions): Promise<void> {
  const passing = (options.platform ?? process.platform) === "win32" ? ["EBUSY", "EPERM", "EACCES"] : ["EBUSY"];
  for (let attempt = 0; ; attempt += 1) {
    throwIfAborted(options.signal);
    try {
      return await inTime((options.rename ?? rename)(from, to), to, options.stallMs);
    } catch (error) {
      const wait = PAUSES[attempt];
      if (wait === undefined || !passing.includes(errnoOf(error) ?? "")) throw fromErrno(error, to);
      await (options.sleep ?? pause)(wait);
    }
  }
}
