import type { GlbRecord } from "../../../../glb/record.ts";
import { readQueue, writeQueue } from "../../queue.ts";
import type { ImportRun } from "../run.ts";
import { transactionsOf } from "./lines.ts";
import { readTextFile } from "./text-file.ts";

/** `-e -f<file>`: appends the file's transactions to REQTRANS.GLB, numbered on, for the next dirsync cycle (Q96060, Q131151). */
export async function runExport(run: ImportRun): Promise<void> {
  const waiting: GlbRecord[] = [];
  for await (const record of readQueue(run.files, "REQTRANS")) waiting.push(record);
  const last = waiting.reduce((highest, { sync }) => Math.max(highest, sync), run.config.reqSync);
  const stamp = Math.floor(run.call.clock.now().getTime() / 1000);
  const added = transactionsOf(readTextFile(run)).map((text, index) => ({ sync: last + index + 1, stamp, text }));
  await writeQueue(run.files, "REQTRANS", [...waiting, ...added]);
}
