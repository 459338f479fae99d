import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Every file below a folder with the SHA-256 of its bytes and its time in milliseconds; folders with a trailing `/`. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isDirectory()) tree[`${name}/`] = "folder";
    else
      tree[name] = `${createHash("sha256")
        .update(await readFile(path))
        .digest("hex")} ${Math.floor((await stat(path)).mtimeMs)}`;
  }
  return tree;
}
