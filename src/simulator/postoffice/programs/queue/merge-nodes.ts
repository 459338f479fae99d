import { listKey, type ListName } from "../../address.ts";
import { nodeOf, openDirectory, type Directory, type KnownNode } from "../../directory/directory.ts";
import { readNodeList, type NodeList } from "../../directory/node-list.ts";
import type { TemplateField } from "../../../../glb/transaction.ts";
import { readQueue } from "../../queue.ts";
import { isUsable, readTransaction, subjectOf, type Transaction } from "../../transaction.ts";
import { fails } from "../call.ts";
import type { ImportRun } from "../run.ts";
import { openTids } from "../tids.ts";
import { applyToList } from "./apply.ts";
import { autocreate } from "./autocreate.ts";
import { replaceNodeFiles } from "./replace-files.ts";
import type { SplitQueues } from "./split.ts";

/** A list being merged; `node` is missing where its gateway is not installed. */
interface OpenList {
  readonly key: string;
  readonly node: KnownNode | undefined;
  readonly list: NodeList;
}

/**
 * Applies USRTRANS list by list: read the USR and INF files, apply, write IMPORT.USR and IMPORT.INF, rename them over the old ones
 * (Q96060, Q134228). R starts a list from nothing (Q105125); T replaces the template and empties the INF data (Q104281).
 */
export async function mergeNodes(run: ImportRun, split: SplitQueues): Promise<void> {
  const directory = openDirectory(run.files);
  const tids = openTids(run.files, run.log);
  const finished = new Set<string>();
  const strikes = strikesOnce(split);
  const templates = { received: false, dropped: false };
  let open: OpenList | undefined;

  const close = async (): Promise<void> => {
    if (open?.node !== undefined) {
      tids.save();
      await replaceNodeFiles(run, open.node, open.list, { finished, struck: strikes(finished.size) });
    }
    if (open !== undefined) finished.add(open.key);
  };
  for await (const record of readQueue(run.files, "USRTRANS")) {
    const transaction = readTransaction(record.text);
    if (!isUsable(transaction)) continue;
    const { list } = subjectOf(transaction);
    if (open?.key !== listKey(list)) {
      await close();
      open = openList(run, directory, list);
      if (run.options.replace) open.list.names.clear();
    }
    if (hasTemplateData(transaction)) templates[run.takesTemplates ? "received" : "dropped"] = true;
    if (open.node === undefined) continue;
    const template = run.takesTemplates ? open.list.template : [];
    if (transaction.code === "R") open.list.names.clear();
    else if (transaction.code === "T") receiveTemplate(run, open.list, transaction.fields);
    else applyToList({ names: open.list.names, template, nextTid: tids.next, log: run.log }, transaction);
  }
  await close();
  if (templates.dropped) run.log.message("Warning", 73);
  if (run.takesTemplates && finished.size > 0 && !templates.received) run.log.message("Warning", 65);
}

/** True once: for the first list that is merged in the second half of all. There the failures of simulation.json strike. */
function strikesOnce(split: SplitQueues): (position: number) => boolean {
  const half = Math.floor(split.lists.USRTRANS.size / 2);
  let struck = false;
  return (position) => {
    if (struck || position < half) return false;
    struck = true;
    return true;
  };
}

/** An unknown PCM postoffice or node is created; a SNADS, PROFS or OV one needs its gateway, else Error 44 (Q122751). */
function openList(run: ImportRun, directory: Directory, list: ListName): OpenList {
  const key = listKey(list);
  const known = nodeOf(directory, list);
  if (known !== undefined) return { key, node: known, list: readNodeList(run.files, known.file) };
  const empty = { key, node: undefined, list: readNodeList(run.files, "none") };
  if (list.kind === "gateway") return empty;
  const isGatewayNode = list.type !== "PCM" && list.type !== "CSI";
  const missing = isGatewayNode && (!directory.hasNetwork(list.type, list.network) || fails(run.call, "error-44"));
  if (missing) {
    run.log.message("Error", 44, list.network);
    return empty;
  }
  if (!run.autocreates) {
    const known = directory.hasNetwork(list.type, list.network);
    run.log.message("Error", known ? 32 : 31, known ? list.postoffice : list.network);
    return empty;
  }
  const node = autocreate(run, directory, list);
  return { key, node, list: readNodeList(run.files, node.file) };
}

function hasTemplateData(transaction: Transaction): boolean {
  return transaction.code === "T" || ("details" in transaction && transaction.details.length > 0);
}

function receiveTemplate(run: ImportRun, list: NodeList, fields: readonly TemplateField[]): void {
  if (!run.takesTemplates) return;
  list.template = fields;
  list.names.dropValues();
}
