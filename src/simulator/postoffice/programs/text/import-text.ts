import { QUEUES, removeTemporaries, writeQueue } from "../../queue.ts";
import { bumpFlag } from "../queue/flag.ts";
import { addAliases, mergeAliases } from "../queue/merge-aliases.ts";
import { mergeGateways } from "../queue/merge-gateways.ts";
import { mergeNodes } from "../queue/merge-nodes.ts";
import { sortQueues } from "../queue/sort.ts";
import { splitQueue } from "../queue/split.ts";
import type { ImportRun } from "../run.ts";
import { transactionsOf } from "./lines.ts";
import { readTextFile } from "./text-file.ts";

/**
 * `-f<file>`: applies an import text file by way of ILOCAL.GLB and the same queues (assumption). `-a` also changes the postoffice
 * list (Q124044). Local users are not created from such a file here.
 */
export async function runTextImport(run: ImportRun): Promise<void> {
  const stamp = Math.floor(run.call.clock.now().getTime() / 1000);
  const records = transactionsOf(readTextFile(run)).map((text, index) => ({ sync: index + 1, stamp, text }));
  await writeQueue(run.files, "ILOCAL", records);
  const split = await splitQueue(run, "ILOCAL");
  await sortQueues(run.files, split);
  await mergeNodes(run, split);
  await mergeGateways(run, split);
  if (run.options.addToPostofficeList) {
    await mergeAliases(run);
    await addAliases(run);
  }
  for (const queue of QUEUES) if (queue !== "SRVTRANS") run.files.write(`GLB/${queue}.GLB`, "");
  removeTemporaries(run.files);
  bumpFlag(run.files, run.call.simulation.version);
}
