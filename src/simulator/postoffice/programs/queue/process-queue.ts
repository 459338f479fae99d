import { QUEUES, removeTemporaries } from "../../queue.ts";
import { beforeStep, fails, hang } from "../call.ts";
import { asStop, crash, ImportStop, stopFinished, type ImportRun } from "../run.ts";
import { bumpFlag } from "./flag.ts";
import { mergeAliases } from "./merge-aliases.ts";
import { mergeGateways } from "./merge-gateways.ts";
import { mergeNodes } from "./merge-nodes.ts";
import { sortQueues } from "./sort.ts";
import { splitQueue, type SplitQueues } from "./split.ts";
import { takeResync } from "./take-resync.ts";

const LOCK = "GLB/SORTLOCK.GLB";

/** `IMPORT -q`: the steps of the Knowledge Base in their likely order (Q96060, Q119449, Q122750). */
export async function processQueue(run: ImportRun): Promise<void> {
  if (fails(run.call, "not-consumed")) return;
  takeLock(run);
  try {
    await takeResync(run);
    const split = await splitAndSort(run);
    await meetHangs(run);
    await beforeStep(run.call);
    await mergeNodes(run, split);
    await mergeAliases(run);
    await mergeGateways(run, split);
    if (fails(run.call, "crash")) throw crash();
    await beforeStep(run.call);
    tidy(run);
  } catch (error) {
    const stop = asStop(run.log, error);
    if (stop.manner.unlocks) run.files.remove(LOCK);
    throw stop;
  }
  run.files.remove(LOCK);
}

/** A second IMPORT finds the first one's SORTLOCK.GLB, or a dead one's (Q112301). */
function takeLock(run: ImportRun): void {
  if (fails(run.call, "error-45-sortlock")) run.files.write(LOCK, "");
  if (run.files.exists(LOCK)) {
    run.log.message("Error", 45, "USRTRANS");
    throw new ImportStop({ finished: true, unlocks: false });
  }
  run.files.write(LOCK, "");
}

/** A pointer of REQCONF that is not -1, or a queue that cannot be read, is Error 45 (Q112301). */
async function splitAndSort(run: ImportRun): Promise<SplitQueues> {
  await beforeStep(run.call);
  const split = await splitQueue(run, "SRVTRANS");
  if (fails(run.call, "error-45-queues") || run.config.pointers.some((pointer) => pointer !== -1)) {
    run.log.message("Error", 45, "USRTRANS");
    throw stopFinished();
  }
  await beforeStep(run.call);
  await sortQueues(run.files, split);
  return split;
}

async function meetHangs(run: ImportRun): Promise<void> {
  if (fails(run.call, "hang-81")) {
    for (let line = 0; line < 3; line++) run.log.message("Error", 81);
    await hang();
  }
  if (fails(run.call, "hang-idle")) await hang();
  if (fails(run.call, "hang-busy")) {
    await hang(() => run.files.write("GLB/SORT0001.GLB", String(run.call.clock.now().getTime())));
  }
}

/** Queues to 0 bytes, temporaries and RESYNC.GLB gone, FLAG.GLB changed (Q122750, Q122751, Q111556). */
function tidy({ files, call }: ImportRun): void {
  for (const queue of QUEUES) files.write(`GLB/${queue}.GLB`, "");
  removeTemporaries(files);
  files.remove("GLB/RESYNC.GLB");
  bumpFlag(files, call.simulation.version);
}
