import type { GatewayType } from "../../address.ts";
import { openDirectory } from "../../directory/directory.ts";
import { readGatewayList, writeGatewayList } from "../../directory/gateway-list.ts";
import type { NameList } from "../../directory/name-list.ts";
import { readQueue } from "../../queue.ts";
import { isUsable, readTransaction, subjectOf } from "../../transaction.ts";
import { fails } from "../call.ts";
import type { ImportRun } from "../run.ts";
import { openTids } from "../tids.ts";
import { applyToList } from "./apply.ts";
import type { SplitQueues } from "./split.ts";

/**
 * Applies GWTRANS to the gateways' lists. A gateway that is not installed is Error 44, once for each gateway (an assumption), and harmless
 * (Q122751). Entries get new tuple ids, so copies of them elsewhere lose their link (Q137865).
 */
export async function mergeGateways(run: ImportRun, split: SplitQueues): Promise<void> {
  if (split.lists.GWTRANS.size === 0) return;
  const installed = fails(run.call, "error-44") ? [] : openDirectory(run.files).gateways;
  const tids = openTids(run.files, run.log);
  const unknown = new Set<GatewayType>();
  let type: GatewayType | undefined;
  let names: NameList | undefined;
  const close = (): void => {
    if (type !== undefined && names !== undefined && !isSkipped(run, split)) writeGatewayList(run.files, type, names);
    tids.save();
  };
  for await (const record of readQueue(run.files, "GWTRANS")) {
    const transaction = readTransaction(record.text);
    if (!isUsable(transaction)) continue;
    const { list } = subjectOf(transaction);
    if (list.kind === "node") continue;
    if (list.type !== type) {
      close();
      type = list.type;
      names = installed.includes(type) ? readGatewayList(run.files, type) : undefined;
      if (run.options.replace) names?.clear();
    }
    if (names === undefined) unknown.add(list.type);
    else if (transaction.code === "R") names.clear();
    else if (transaction.code === "T") run.log.message("Error", 24, list.type);
    else applyToList({ names, template: [], nextTid: tids.next, log: run.log }, transaction);
  }
  close();
  for (const missing of unknown) run.log.message("Error", 44, missing);
}

/** Where the file has no postoffice lists, "finished but wrong" leaves the gateways' lists as they were. */
function isSkipped(run: ImportRun, split: SplitQueues): boolean {
  return fails(run.call, "finished-but-wrong") && split.lists.USRTRANS.size === 0;
}
