import { open } from "node:fs/promises";
import { aboutFile } from "../errno.ts";

/** Appends `text` (UTF-8) to `file`, made 0600 if missing, and forces it to the disk. Rejects with the file system's error. */
export async function appendDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "a", 0o600);
  try {
    await handle.appendFile(text);
    await handle.sync();
  } catch (error) {
    throw aboutFile(error, file);
  } finally {
    await handle.close();
  }
}
