import { listKey, type ListName } from "../../address.ts";
import { hasCode } from "../../../../errors.ts";
import type { GlbRecord } from "../../../../glb/record.ts";
import { queueAppender, readQueue, TEMPORARIES } from "../../queue.ts";
import { isUsable, readTransaction, subjectOf, type Transaction } from "../../transaction.ts";
import type { Master } from "../../records/config.ts";
import type { DirsyncLog, Severity } from "../log.ts";
import { crash, stopFinished, type ImportRun } from "../run.ts";

/** The three queues that SRVTRANS is sorted into (Q96060), by way of IUSRTRAN, INMETRAN and IGWTRANS. */
export const SORTED_QUEUES = [
  { name: "USRTRANS", temporary: "IUSRTRAN" },
  { name: "NMETRANS", temporary: "INMETRAN" },
  { name: "GWTRANS", temporary: "IGWTRANS" },
] as const;

export type SortedQueue = (typeof SORTED_QUEUES)[number]["name"];

/** What splitting found in each queue. */
export interface SplitQueues {
  /** Keys of the lists met, in order. */
  readonly lists: Readonly<Record<SortedQueue, ReadonlySet<string>>>;
  /** Queues in which a list comes back after another one: these need sorting. */
  readonly mixed: ReadonlySet<SortedQueue>;
}

/** Reads the queue `source` (SRVTRANS, or ILOCAL for a text file) and hands each usable transaction to its queue; says what is wrong with the others. */
export async function splitQueue(run: ImportRun, source: string): Promise<SplitQueues> {
  const { files } = run;
  for (const name of TEMPORARIES) if (name !== source) files.remove(`GLB/${name}.GLB`);
  const lists = { USRTRANS: new Set<string>(), NMETRANS: new Set<string>(), GWTRANS: new Set<string>() };
  const mixed = new Set<SortedQueue>();
  const last = new Map<SortedQueue, string>();
  const appenders = Object.fromEntries(
    SORTED_QUEUES.map(({ name, temporary }) => [name, queueAppender(files, temporary)]),
  );
  for (const { temporary } of SORTED_QUEUES) files.write(`GLB/${temporary}.GLB`, "");

  const add = async (queue: SortedQueue, list: ListName, record: GlbRecord): Promise<void> => {
    const key = listKey(list);
    if (last.get(queue) !== key && lists[queue].has(key)) mixed.add(queue);
    last.set(queue, key);
    lists[queue].add(key);
    await appenders[queue]?.add(record);
  };
  try {
    for await (const record of readQueue(files, source)) {
      const transaction = readTransaction(record.text);
      const list = usableList(run, transaction);
      if (list === undefined) continue;
      await add(list.kind === "gateway" ? "GWTRANS" : "USRTRANS", list, record);
      const changesNames = transaction.code === "D" || transaction.code === "M";
      if (changesNames && list.kind === "node" && list.type === "PCM") await add("NMETRANS", list, record);
    }
  } catch (error) {
    if (!hasCode(error, "FILE_NOT_USABLE")) throw error;
    run.log.message("Error", 45, source);
    throw stopFinished();
  }
  for (const appender of Object.values(appenders)) await appender.flush();
  return { lists, mixed };
}

/** The list a transaction is for; `undefined` for comments, for this postoffice's own names [66], and for what cannot be used. */
function usableList(run: ImportRun, transaction: ReturnType<typeof readTransaction>): ListName | undefined {
  if (transaction.code === "bad") {
    if (transaction.modify && transaction.message === 47) meetMalformedModify(run, transaction.about);
    else logBad(run.log, transaction.message, transaction.about);
    return undefined;
  }
  if (!isUsable(transaction)) return undefined;
  const { list } = subjectOf(transaction);
  if (!isOwn(run.master, list)) return isWanted(run, list) ? list : undefined;
  if (run.options.verbose) run.log.message("Warning", 66, aboutOf(transaction));
  return undefined;
}

/** Says what is wrong with a transaction. 43 is printed as a Warning, the others as Errors. */
export function logBad(log: DirsyncLog, message: number, about: string): void {
  const severity: Severity = message === 43 ? "Warning" : "Error";
  log.message(severity, message, about);
}

/** Up to 3.5.29 a malformed M kills IMPORT; 3.5.30 ignores it with message 47 (Q194819). */
function meetMalformedModify(run: ImportRun, about: string): void {
  if (run.call.simulation.version === "3.5.34") return run.log.message("Warning", 47, about);
  run.call.screen("An OS/2 program caused a protection violation.\r\n");
  throw crash();
}

/** True for the lists of this postoffice's own users. */
export function isOwn(master: Master, list: ListName): boolean {
  return (
    list.kind === "node" &&
    (list.type === "PCM" || list.type === "CSI") &&
    list.network.toUpperCase() === master.network.toUpperCase() &&
    list.postoffice.toUpperCase() === master.postoffice.toUpperCase()
  );
}

/** `-g`: an address type, or one list, with either slash (Q118447, Q101933). */
function isWanted({ options }: ImportRun, list: ListName): boolean {
  if (options.only === undefined) return true;
  const only = options.only.replaceAll("\\", "/").toUpperCase();
  return only === list.type || only === listKey(list);
}

function aboutOf(transaction: Transaction): string {
  return "name" in transaction ? transaction.name.alias : listKey(transaction.address.list);
}
