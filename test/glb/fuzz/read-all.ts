import { readMasterList } from "../../../src/glb/master-list.ts";
import { summarize } from "../../../src/glb/summary.ts";
import { chunked } from "../support/bytes.ts";

/** Reads everything there is to read; throws only when the reader does, or when bytes are unaccounted for. */
export async function readAll(bytes: Buffer, chunk: number): Promise<{ records: number; damaged: number }> {
  const list = await readMasterList(chunked(bytes, chunk));
  if (list.finding === undefined) return { records: 0, damaged: 0 };
  const { records, damage, end } = await summarize(list);
  if (end.size !== bytes.length) throw new Error(`${end.size} bytes were read of ${bytes.length}`);
  return { records, damaged: damage.count };
}
