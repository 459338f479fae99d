import type { RunContext } from "../context.ts";
import { headerBelowKnown } from "../glb/header-check.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import type { JournalData } from "../journal/journal.ts";
import { listRuns, type RunRecord } from "../journal/store.ts";
import { headerSchema } from "../transfer/manifest.ts";
import { STEP, traceOf } from "./trace.ts";

/** True for an import into the postoffice `root` (absolute path) that ended well and was not rolled back. */
export function isGoodImport({ entries }: RunRecord, root: string): boolean {
  const trace = traceOf(entries);
  const good = trace?.outcome === "succeeded" || trace?.outcome === "succeeded with warnings";
  return trace?.root === root && good && trace.rollBack === "none";
}

/** The data of a run's note. */
export function noteOf({ entries }: RunRecord, step: string): JournalData | undefined {
  const note = entries.find((entry) => entry.type === "note" && entry.step === step);
  return note?.type === "note" ? note.data : undefined;
}

/**
 * Warns when the header's numbers lie below those of the list that was imported into this postoffice last: IMPORT may end with Fatal 14
 * (Q215505). What REQCONF.GLB holds is not read: its layout is undocumented. Imports from other machines are not known here.
 */
export async function warnOfLowerHeader(
  stateDir: string,
  root: string,
  { header }: MasterListCheck,
  { reporter }: RunContext,
): Promise<void> {
  if (header === undefined) return;
  const runs = await listRuns(stateDir);
  const known = runs.flatMap((run) => {
    const { data } = headerSchema.safeParse(isGoodImport(run, root) ? noteOf(run, STEP.list)?.["header"] : undefined);
    return data ?? [];
  });
  for (const warning of headerBelowKnown(header, known.at(-1) ?? {})) reporter.emit({ type: "warning", ...warning });
}
