import { listKey } from "../../address.ts";
import type { KnownNode } from "../../directory/directory.ts";
import { encodeNodeList, type NodeList } from "../../directory/node-list.ts";
import { writeTemplate } from "../../directory/template.ts";
import { readQueue } from "../../queue.ts";
import { isUsable, readTransaction, subjectOf } from "../../transaction.ts";
import { beforeStep, fails } from "../call.ts";
import { crash, stopUnfinished, type ImportRun } from "../run.ts";

/** How far merging has come. */
export interface MergeProgress {
  /** Keys of the lists that are done. */
  readonly finished: ReadonlySet<string>;
  /** A failure of simulation.json strikes at this list. */
  readonly struck: boolean;
}

/** Writes IMPORT.USR (and IMPORT.INF), then renames over the list's own files. */
export async function replaceNodeFiles(
  run: ImportRun,
  node: KnownNode,
  list: NodeList,
  progress: MergeProgress,
): Promise<void> {
  const { files, call } = run;
  await beforeStep(call);
  const { struck } = progress;
  const { usr, inf } = encodeNodeList(list);
  if (struck && fails(call, "fatal-79")) {
    files.write("USR/IMPORT.USR", usr.subarray(0, Math.floor(usr.length / 2)));
    run.log.message("Fatal", 79);
    throw stopUnfinished();
  }
  files.write("USR/IMPORT.USR", usr);
  if (struck && fails(call, "crash")) throw crash();
  if (struck && fails(call, "finished-but-wrong")) return files.remove("USR/IMPORT.USR");
  const blocked = struck && fails(call, "fatal-7");
  await rename(run, "USR/IMPORT.USR", `USR/${node.file}.USR`, progress, blocked);
  if (list.template.length === 0) return;
  writeTemplate(files, node.file, list.template);
  files.write("INF/IMPORT.INF", inf);
  await rename(run, "INF/IMPORT.INF", `INF/${node.file}.INF`, progress, false);
}

async function rename(
  run: ImportRun,
  from: string,
  to: string,
  progress: MergeProgress,
  blocked: boolean,
): Promise<void> {
  if (!blocked && !run.files.isReadOnly(to)) {
    try {
      return run.files.rename(from, to);
    } catch {
      // Held open by somebody: the same as below.
    }
  }
  run.log.message("Fatal", 7, `${run.options.drive}:${from.replace("/", "\\")}`);
  await warnUnprocessed(run, progress);
  throw stopUnfinished();
}

/** One Warning 90 for each transaction not processed (Q134228): those of the list that failed and of all behind it. */
async function warnUnprocessed(run: ImportRun, { finished }: MergeProgress): Promise<void> {
  for (const queue of ["USRTRANS", "GWTRANS"]) {
    for await (const { text } of readQueue(run.files, queue)) {
      const transaction = readTransaction(text);
      if (!isUsable(transaction) || finished.has(listKey(subjectOf(transaction).list))) continue;
      run.log.message("Warning", 90, text.split("\r\n", 1)[0]);
    }
  }
}
