import { sep } from "node:path";
import type { RunRecord } from "../journal/store.ts";
import { traceOf, type ImportTrace } from "./trace.ts";

/**
 * The runs whose folders a recovery or a roll-back may still need: an import or a roll-back that was cut off or could not be finished, and the import
 * whose snapshot it works with; an import that is undetermined; and of each postoffice the import that stands there now, the last good one that
 * nobody took back. Pure.
 */
export function neededByImports(runs: readonly RunRecord[]): Set<string> {
  const traced = runs.flatMap((run) => {
    const trace = traceOf(run.entries);
    return trace === undefined ? [] : [{ run, trace }];
  });
  const takenBack = new Set(
    traced.flatMap(({ run, trace }) => (trace.rollBack === "done" ? (run.data["of"] ?? []) : [])),
  );
  const kept = traced.filter(({ run, trace }) => isKept(trace) && !takenBack.has(run.run));
  const standing = new Map(kept.map((one) => [one.trace.root, one.run.run]));
  const undetermined = kept.filter(({ trace }) => trace.outcome === "undetermined").map(({ run }) => run.run);
  const unfinished = traced.filter(({ trace }) => !trace.unlocked);
  const worksWith = runs.filter(({ folder }) =>
    unfinished.some(({ trace }) => trace.snapshot?.startsWith(folder + sep)),
  );
  return new Set([
    ...standing.values(),
    ...undetermined,
    ...[...unfinished.map(({ run }) => run), ...worksWith].map(({ run }) => run),
  ]);
}

/** The postoffice is as this import left it, or may be. */
function isKept({ outcome, rollBack }: ImportTrace): boolean {
  return outcome !== undefined && outcome !== "failed" && rollBack === "none";
}
