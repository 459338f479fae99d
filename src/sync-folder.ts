import { open } from "node:fs/promises";
import { errnoOf } from "./errno.ts";

/** Forces a folder's entries to the disk, where the system can: Windows cannot open a folder, and does it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
