import { readdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "../../../context.ts";
import { ResyncError } from "../../../errors.ts";
import { fromErrno } from "../../../transfer/places/errno.ts";
import { step } from "../../../report/step.ts";
import { showValue } from "../registry-data.ts";
import { TRIGGER_VALUE } from "../dss-host.ts";
import { commandFile } from "./command-file.ts";
import { ALL_NAMES, HANDOFF } from "./names.ts";
import { operatorPage } from "./operator-page.ts";
import { registryFiles } from "./registry-files.ts";
import { planHandoff, type HandoffPlan, type HandoffRequest } from "./request.ts";
import { formatState } from "./state.ts";

/** The journal's step; its data are the folder and the files' names. */
export const PREPARE_STEP = "handoff.prepare";

/**
 * Writes into `request.folder` all that an operator at the DSS's console needs. Nothing is changed anywhere else. Throws `USAGE` and
 * `NAME_INVALID` for what cannot be asked for that way, `ALREADY_EXISTS` when the folder holds files of the same names, and what the
 * file system says; then nothing of ours is left there. With `context.dryRun` only tells what would be written.
 */
export async function prepareHandoff(request: HandoffRequest, context: RunContext): Promise<readonly string[]> {
  const plan = planHandoff(request);
  const files = handoffFiles(plan, context.journal.run, context.clock.now());
  const names = [...files.keys()];
  await refuseTaken(plan.folder);
  if (context.dryRun) {
    for (const name of names) {
      context.reporter.emit({ type: "would", act: `write ${join(plan.folder, name)}`, facts: { name } });
    }
    return names;
  }
  return step(context.reporter, "handoff-prepare", "Write what the operator needs", async () => {
    await context.journal.act(PREPARE_STEP, { folder: plan.folder, files: names }, () => writeAll(plan.folder, files));
    const value = showValue({ type: "REG_MULTI_SZ", data: plan.requestors });
    return {
      found: `${names.length} files in ${plan.folder}: ${TRIGGER_VALUE} ${value}`,
      facts: { names },
      value: names,
    };
  });
}

/** The files of a handoff by name, the state file last. `id` is the run. */
export function handoffFiles(plan: HandoffPlan, id: string, now: Date): Map<string, Uint8Array> {
  const { requestors, dxadata, globalMax, ansi } = plan;
  const state = { run: id, createdAt: now.toISOString(), requestors: [...requestors], dxadata, globalMax, ansi };
  return new Map([
    ...registryFiles(plan),
    [HANDOFF.command, commandFile(plan, id)],
    [HANDOFF.page, operatorPage(plan, id)],
    [HANDOFF.state, formatState({ format: "msmail-resync-handoff", version: 1, ...state })],
  ]);
}

/**
 * Throws `ALREADY_EXISTS` when the folder holds files of a handoff; what an earlier one brought back too, for it would be taken for the
 * answer to this one.
 */
export async function refuseTaken(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: unknown) => {
    throw fromErrno(error, folder);
  });
  const taken = present.filter((name) => ALL_NAMES.has(name.toUpperCase()));
  if (taken.length === 0) return;
  throw new ResyncError("ALREADY_EXISTS", {
    message: `${folder} holds files of an earlier handoff: ${taken.join(", ")}.`,
    state: "Nothing was written.",
    hint: "To wait for that one, use --resume; one that was cut off while it was written is taken away by resync recover. For a new one, give an empty folder.",
    facts: { folder, taken },
  });
}

async function writeAll(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const written: string[] = [];
  try {
    for (const [name, bytes] of files) {
      const path = join(folder, name);
      await writeFile(path, bytes, { flag: "wx", flush: true });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) await unlink(path).catch(() => undefined);
    throw fromErrno(error, folder);
  }
}
