import { copyFileSync } from "node:fs";
import { listKey } from "../../address.ts";
import type { GlbRecord } from "../../../../glb/record.ts";
import type { PostofficeFiles } from "../../files.ts";
import { readQueue, writeQueue } from "../../queue.ts";
import { isUsable, readTransaction, subjectOf } from "../../transaction.ts";
import { SORTED_QUEUES, type SplitQueues } from "./split.ts";

/**
 * Brings each list's transactions together, in their order, and fills USRTRANS, NMETRANS and GWTRANS. The temporaries stay until the
 * end, which is one reason why IMPORT wants three times the disk (Q112301).
 */
export async function sortQueues(files: PostofficeFiles, { mixed }: SplitQueues): Promise<void> {
  for (const { name, temporary } of SORTED_QUEUES) {
    if (mixed.has(name)) {
      await writeQueue(files, "SORT0001", await grouped(files, temporary));
      files.rename("GLB/SORT0001.GLB", `GLB/${temporary}.GLB`);
    }
    copyFileSync(files.path(`GLB/${temporary}.GLB`), files.path(`GLB/${name}.GLB`));
  }
}

async function grouped(files: PostofficeFiles, queue: string): Promise<GlbRecord[]> {
  const lists = new Map<string, GlbRecord[]>();
  for await (const record of readQueue(files, queue)) {
    const transaction = readTransaction(record.text);
    if (!isUsable(transaction)) continue;
    const key = listKey(subjectOf(transaction).list);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [record]);
    else list.push(record);
  }
  return [...lists.values()].flat();
}
