/** The lines that `reg query` shows without an indent: names of keys. */
export function namesShown(stdout: Buffer): string[] {
  const lines = stdout.toString("latin1").split(/\r?\n/u);
  return lines.map((line) => line.trim().replace(/^\\\\[^\\]+\\/u, ""));
}

/**
 * Goes up to a key that can be listed, and looks for the next one below it: reg.exe tells why it failed in words only. `list` gives the
 * names of the keys in a key, `undefined` when that cannot be listed.
 */
export async function keyIsThere(
  list: (key: string) => Promise<readonly string[] | undefined>,
  key: string,
): Promise<boolean> {
  if ((await list(key)) !== undefined) return true;
  const parent = key.slice(0, key.lastIndexOf("\\"));
  if (!parent.includes("\\")) return false;
  const names = await list(parent);
  if (names === undefined) return keyIsThere(list, parent);
  return names.some((name) => name.toUpperCase() === key.toUpperCase());
}
