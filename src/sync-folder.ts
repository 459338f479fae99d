import { open } from "node:fs/promises";
import { aboutFile, errnoOf } from "./errno.ts";

/** What a system says that cannot open a folder for this, or does not let us: Windows, some shares, a folder that may be written but not read. */
const NOT_OFFERED: readonly string[] = ["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EPERM"];

/** Forces a folder's entries to the disk where the system offers that; elsewhere it does so by itself. Throws when the disk or the share fails. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NOT_OFFERED.includes(errnoOf(error) ?? "")) throw aboutFile(error, folder);
  }
}
