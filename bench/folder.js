import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder, in memory where the machine has /dev/shm: protocols are measured, not the disk. Others may look into it. */
export function makeFolder(name) {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), `resync-bench-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** Removes such a folder. What still writes there is about to end; where that takes too long the folder stays, and whoever tidies up goes on. */
export function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch {
    // Left among the temporary files.
  }
}
