import { open } from "node:fs/promises";
import { ResyncError } from "../errors.ts";
import { foreignFile, SNIFF_BYTES } from "./magic.ts";

/** Passes bytes on, and throws `FILE_NOT_USABLE` at the first ones when they are something else than a master list, by name. */
export async function* refuseForeign(bytes: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  let looked = false;
  for await (const chunk of bytes) {
    if (looked) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < SNIFF_BYTES) continue;
    refuse(head, label);
    looked = true;
    yield head;
  }
  if (looked) return;
  refuse(head, label);
  yield head;
}

/** True when a local file is plain text in the import grammar, by its beginning. False also for what cannot be read. */
export async function looksLikeImportText(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const head = Buffer.alloc(SNIFF_BYTES);
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0);
    return bytesRead > 0 && foreignFile(head.subarray(0, bytesRead))?.grammar === true;
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

function refuse(head: Buffer, label: string): void {
  const foreign = head.length === 0 ? EMPTY : foreignFile(head.subarray(0, SNIFF_BYTES));
  if (foreign === undefined) return;
  throw new ResyncError("FILE_NOT_USABLE", {
    message: `${label} is ${foreign.what}, not a master list.`,
    hint: foreign.hint,
    facts: { path: label, what: foreign.what },
  });
}

const EMPTY = {
  what: "an empty file",
  hint: "The DSS may not have finished it, or the copy failed. Copy the file again.",
};
