import { readFile } from "node:fs/promises";

/**
 * A text file as editors and shells leave it: UTF-8, or UTF-16 with a byte order mark, which PowerShell 5 writes; without the mark
 * that Notepad may put in front. Throws what the file system says.
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFile(path);
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(utf16 ? "utf16le" : "utf8").replace(/^\ufeff/u, "");
}
