import { listRuns } from "../journal/store.ts";
import { traceOf, type ImportTrace } from "./trace.ts";

/**
 * The run that brought this very list into this postoffice, if it is the one that stands there now: the last good import, not rolled
 * back since. `root` is the postoffice's absolute path. Imports from other machines are not known here.
 */
export async function importedBefore(
  stateDir: string,
  root: string,
  sha256: string,
): Promise<{ run: string; at: string } | undefined> {
  const runs = await listRuns(stateDir);
  const traced = runs.map((run) => ({ run, trace: traceOf(run.entries) }));
  const last = traced.findLast(({ trace }) => trace !== undefined && trace.root === root && changedTheList(trace));
  if (last?.trace?.sha256 !== sha256 || last.trace.rollBack === "done") return undefined;
  return { run: last.run.run, at: last.run.end?.at ?? last.run.startedAt };
}

function changedTheList({ outcome, rollBack }: ImportTrace): boolean {
  return rollBack === "done" || outcome === "succeeded" || outcome === "succeeded with warnings";
}
