import { ResyncError } from "../errors.ts";
import { listRuns, type RunRecord } from "../journal/store.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { isGoodImport, noteOf } from "./last-import.ts";
import { STEP } from "./trace.ts";

/**
 * Refuses a delivery that was made before the one last imported into this postoffice with success: somebody may give back an old list
 * that was rightly signed in its time. `root` is the postoffice's absolute path. Imports from other machines, and of bare files, are not
 * known here. Throws `DELIVERY_OLDER`.
 */
export async function refuseOlder(stateDir: string, root: string, manifest: Manifest): Promise<void> {
  const runs = await listRuns(stateDir);
  const last = runs.flatMap((run) => goodImport(run, root) ?? []).at(-1);
  if (last === undefined || Date.parse(manifest.createdAt) >= Date.parse(last.createdAt)) return;
  throw new ResyncError("DELIVERY_OLDER", {
    message: `The delivery ${manifest.id} was made at ${manifest.createdAt}, before the one that was imported here last (run ${last.run}, made at ${last.createdAt}).`,
    state: "Nothing was imported; the postoffice was not touched.",
    hint: "If the clock of the machine that pushes was wrong, or this old list is wanted, say so with --allow-older. Otherwise ask how it came here.",
    facts: { delivery: manifest.id, createdAt: manifest.createdAt, lastRun: last.run, lastCreatedAt: last.createdAt },
  });
}

/** When the delivery of a good import into `root` was made; `undefined` for every other run. */
function goodImport(run: RunRecord, root: string): { run: string; createdAt: string } | undefined {
  const createdAt = isGoodImport(run, root) ? noteOf(run, STEP.delivery)?.["createdAt"] : undefined;
  return typeof createdAt === "string" ? { run: run.run, createdAt } : undefined;
}
