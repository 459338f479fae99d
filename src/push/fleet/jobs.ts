import type { RunContext } from "../../context.ts";
import { asResyncError, type ResyncError } from "../../errors.ts";
import { reporterFor } from "../../report/reporter.ts";
import type { Manifest } from "../../transfer/manifest.ts";
import type { Target } from "../targets.ts";
import { deliveryKey, listFor, type Effort, type KeptList } from "./effort.ts";
import type { FleetRequestor, Group } from "./requestors.ts";
import type { FleetRow } from "./result.ts";

/** One delivery to make: one requestor's list to one of its places. */
export interface Job {
  readonly requestor: FleetRequestor;
  readonly target: Target;
  /** An earlier push of the same effort delivered it already. */
  readonly before: boolean;
  /** The manifest that stands at the place, if it could be seen. */
  readonly standing?: Manifest | undefined;
  /** Why it cannot begin: the place was looked at, and said no. */
  readonly refused?: ResyncError | undefined;
}

/** A group, the list that it has from an earlier push, if any, and its deliveries. */
export interface GroupJobs {
  readonly group: Group;
  readonly kept: KeptList | undefined;
  readonly jobs: readonly Job[];
}

/** Runs acts, a few of them at the same time. */
export type Lanes = <T>(act: () => Promise<T>) => Promise<T>;

/** The deliveries of a group, with what an earlier push has done of them. */
export function jobsOf(group: Group, effort: Effort | undefined): GroupJobs {
  const kept = effort && listFor(group, effort.lists);
  const done = (requestor: string, target: string): boolean =>
    kept !== undefined &&
    effort !== undefined &&
    effort.delivered.has(deliveryKey({ requestor, target, sha256: kept.manifest.sha256 }));
  const jobs = group.flatMap((requestor) =>
    requestor.targets.map((target) => ({ requestor, target, before: done(requestor.name, target.label) })),
  );
  return { group, kept, jobs };
}

/**
 * Looks at every place before anything is changed on the DSS: a wrong password or a missing folder must not cost a restart of its service.
 * Never throws, but for an abort.
 */
export async function checkJobs(all: GroupJobs, lanes: Lanes, context: RunContext): Promise<GroupJobs> {
  const jobs = await Promise.all(all.jobs.map(async (job) => lanes(async () => checkJob(job, context))));
  return { ...all, jobs };
}

async function checkJob(job: Job, context: RunContext): Promise<Job> {
  const { requestor, target } = job;
  if (job.before && !target.recognizes) return job;
  try {
    const standing = await target.check({ ...context, reporter: reporterFor(requestor.name, context.reporter) });
    return { ...job, standing };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const refused = asResyncError(error).with({
      state: "Nothing was sent to this place; the others were not kept waiting.",
    });
    return { ...job, refused };
  }
}

/** A job that is settled without a delivery: refused by its place, or done before where nothing can be looked at again. */
export function settledRow(
  { requestor, target, before, refused }: Job,
  kept: KeptList | undefined,
): FleetRow | undefined {
  const row = rowOf(requestor, target);
  if (before && kept !== undefined && (refused !== undefined || !target.recognizes)) {
    return { ...row, outcome: "delivered before", run: kept.run, manifest: kept.manifest };
  }
  return refused && { ...row, outcome: "failed", error: refused };
}

/** What every row of a job has. */
export function rowOf(
  { name, rdn }: FleetRequestor,
  { label }: Target,
): Pick<FleetRow, "requestor" | "rdn" | "target"> {
  return { requestor: name, rdn, target: label };
}

/** A job that an interrupted run did not come to. */
export function notBegun(requestor: FleetRequestor, target: Target): FleetRow {
  return { ...rowOf(requestor, target), outcome: "not begun" };
}
