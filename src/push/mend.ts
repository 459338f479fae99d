import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { EXIT } from "../errors.ts";
import { acquireLock, breakLock, inspectLock, type Lock } from "../journal/lock.ts";
import { listRuns, resumeRun, type RunRecord } from "../journal/store.ts";
import { step } from "../report/step.ts";
import type { DssHost } from "./generate/dss-host.ts";
import { journaledChanges } from "./generate/change.ts";
import { recoverGenerate } from "./generate/recover.ts";

/** One run at a time may change a DSS; who does so is named by this file on the machine that pushes. */
export function dssLockFile(stateDir: string, label: string): string {
  const name = createHash("sha256").update(label.toLowerCase()).digest("hex").slice(0, 16);
  return join(stateDir, "locks", `dss-${name}.lock`);
}

/**
 * Takes the lock on a DSS. A push that was cut off there (its process is dead) is undone first, by its journal, and said so: the registry
 * value, the service and moved files are put back. Throws `LOCKED` while another push is at work, and what undoing throws.
 */
export async function lockDss(host: DssHost, stateDir: string, context: RunContext): Promise<Lock> {
  const file = dssLockFile(stateDir, host.label);
  await mkdir(join(stateDir, "locks"), { recursive: true, mode: 0o700 });
  const { clock } = context;
  const what = `the DSS ${host.label}`;
  const found = await inspectLock(file, clock);
  if (found.state === "dead") await breakLock(file, { clock, what });
  const lock = await acquireLock(file, { run: context.journal.run, clock, what });
  try {
    for (const run of await unsettledRuns(stateDir, host.label, context)) await undo(run, host, context);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Pushes to this DSS that were cut off, or that could not put everything back. The lock is held: none of them is at work. */
async function unsettledRuns(stateDir: string, label: string, context: RunContext): Promise<RunRecord[]> {
  const runs = await listRuns(stateDir);
  return runs.filter((run) => run.run !== context.journal.run && isUnsettledPush(run, label));
}

/** True for a push to the DSS `label` that has changes there which were never put back, or that died before it came to any. */
export function isUnsettledPush(run: RunRecord, label: string): boolean {
  if (run.command !== "push" || run.data["dss"] !== label) return false;
  return journaledChanges(run.entries, label).length > 0 || run.state === "cut off";
}

/** Undoes one cut-off push and ends its journal. Throws when the DSS cannot be put back. */
export async function undo(run: RunRecord, host: DssHost, context: RunContext): Promise<void> {
  await step(context.reporter, "recover", "Undo a push that was cut off", async () => {
    const journal = await resumeRun(run, context.clock);
    const { done, trouble } = await recoverGenerate(host, run.entries, { ...context, journal });
    const [first] = trouble;
    if (first !== undefined) throw first.error;
    if (!context.dryRun) await journal.end("undone", EXIT.done, { done });
    const found = done.length === 0 ? "nothing was left to put back" : done.join("; ");
    const began = run.startedAt.slice(0, 16).replace("T", " ");
    return { found: `run ${run.run}, begun ${began} UTC: ${found}`, facts: { run: run.run, done }, value: undefined };
  });
}
