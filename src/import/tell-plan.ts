import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { inspectLock, lockedError } from "../journal/lock.ts";
import { rebuildCall } from "./calls.ts";
import { dropPaths } from "./drop.ts";
import { addCall, extractCall } from "./keep-local/call-import.ts";
import { tellRisk } from "./keep-local/tell-risk.ts";
import { lockedThing, lockFile } from "./lock.ts";
import { mendActs, showMend } from "./mend.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import { lookAtPostoffice } from "./prepare.ts";
import type { ImportRequest } from "./request.ts";
import type { ImportResult } from "./result.ts";
import type { DosCall } from "./runner/import-runner.ts";
import { readState } from "./snapshot/state.ts";

/** The dry run: looks at everything an import looks at, tells every act with its literal path or command, and does none of them. */
export async function tellPlan(
  request: ImportRequest,
  context: RunContext,
  postoffice: Postoffice,
  call: DosCall,
): Promise<ImportResult> {
  const { reporter, clock } = context;
  const would = (act: string, facts: Record<string, unknown> = {}) => reporter.emit({ type: "would", act, facts });
  const { root } = postoffice;
  const lock = await lockFile(postoffice);
  const found = await inspectLock(lock, clock);
  if (found.state !== "free") throw lockedError(lock, found, lockedThing(postoffice));
  would(`make the lock file ${lock}`, { path: lock });
  const checks = await lookAtPostoffice(request, context, postoffice);
  const snapshot = join(request.runFolder, "snapshot");
  would(`copy every file that IMPORT may write from ${root} to ${snapshot}`, { from: root, to: snapshot });
  if (request.mend === true) {
    for (const act of mendActs(await readState(postoffice))) would(showMend(act), { path: act.file.path });
  }
  const { path, temporary } = await dropPaths(postoffice);
  would(`copy ${request.file} to ${temporary}, read it back, and name it ${path}`, { from: request.file, to: path });
  const text = request.keepLocal === true ? [extractCall(call)] : [];
  const added = request.addBack === true ? [addCall(call), extractCall(call)] : [];
  if (text.length === 0) await tellRisk(request, context, postoffice, await readState(postoffice));
  const commands = [...text, call, ...text, ...added, ...(request.rebuild ? [rebuildCall(request)] : [])].flatMap(
    (call) => request.runner.describe(call),
  );
  for (const command of commands) would(command, { command });
  would(
    `judge it by DIRSYNC.LOG, the queues, the numbers and the lists; on failure put every file back from ${snapshot}`,
  );
  would(`remove the lock file ${lock}`, { path: lock });
  return { outcome: "dry run", checks, commands };
}
