import { open, rename, rm } from "node:fs/promises";
import { ResyncError } from "../../errors.ts";
import { fromErrno } from "../../transfer/places/errno.ts";
import { textCodec, type CodePage } from "../code-page.ts";

/** How texts become bytes: UTF-8, or a code page for programs of the time. */
export type FileEncoding = "utf8" | CodePage;

/**
 * Writes texts to a local file, which appears when it is complete and replaces an older one. Throws the file system's error, and
 * `FILE_NOT_USABLE` for a character that the code page lacks; then nothing has changed. Returns the bytes written.
 */
export async function writeTextFile(
  path: string,
  texts: AsyncIterable<string> | Iterable<string>,
  encoding: FileEncoding = "utf8",
): Promise<number> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const size = await writeAll(temporary, texts, encoding);
    await rename(temporary, path);
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw fromErrno(error, path);
  }
}

async function writeAll(
  path: string,
  texts: AsyncIterable<string> | Iterable<string>,
  encoding: FileEncoding,
): Promise<number> {
  const handle = await open(path, "wx");
  let size = 0;
  try {
    for await (const text of texts) {
      const bytes = encoding === "utf8" ? Buffer.from(text, "utf8") : encodeText(text, encoding);
      await handle.writeFile(bytes);
      size += bytes.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return size;
}

function encodeText(text: string, codePage: CodePage): Buffer {
  const target = Buffer.alloc(text.length * 2);
  const unmappable: string[] = [];
  const end = textCodec(codePage).encodeInto(text, target, 0, unmappable);
  if (unmappable.length > 0) {
    const characters = [...new Set(unmappable)];
    throw new ResyncError("FILE_NOT_USABLE", {
      message: `Code page ${codePage} does not have ${characters.join(" ")}.`,
      hint: "Choose the code page of the list with --code-page.",
      facts: { codePage, characters },
    });
  }
  return target.subarray(0, end);
}
