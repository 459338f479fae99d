import pLimit from "p-limit";
import type { RunContext } from "../../context.ts";
import { serialQueue } from "../../transfer/places/queue.ts";
import { noteFleet, unfinishedEffort, type Effort } from "./effort.ts";
import { pushGroup, type FleetTools } from "./group-run.ts";
import { checkJobs, jobsOf, notBegun, type GroupJobs } from "./jobs.ts";
import { groupAlike, type FleetRequestor } from "./requestors.ts";
import { fleetOutcome, type FleetResult, type FleetRow } from "./result.ts";

/** A push for several requestors. */
export interface FleetRequest extends Pick<FleetTools, "dss" | "stateDir" | "folder" | "sourceFor" | "guard"> {
  readonly requestors: readonly FleetRequestor[];
  /** Deliveries at the same time, at the most; 1 or more. */
  readonly parallel: number;
  /** Begin anew, even if the last push of these requestors was not finished. */
  readonly anew: boolean;
}

/**
 * Pushes to a fleet: every place is looked at → the DSS writes one list after the other, one for each group of requestors that are alike →
 * each is delivered as soon as it is there, a few deliveries at a time. What fails stops nothing else. An unfinished push is finished
 * first: only what is missing is made and sent. Never throws for what goes wrong on the way, an abort included: that stands in the rows.
 */
export async function pushFleet(request: FleetRequest, context: RunContext): Promise<FleetResult> {
  const { requestors, dss, stateDir } = request;
  const self = context.journal.run;
  const now = context.clock.now();
  const effort = request.anew ? undefined : await unfinishedEffort({ stateDir, dss, now, self }, requestors);
  await noteFleet(context.journal, effort?.id ?? self, requestors);
  if (effort !== undefined) tellFinishing(effort, context);
  const tools = { ...request, effort: effort?.id ?? self, inTurn: serialQueue(), lanes: pLimit(request.parallel) };
  const groups = groupAlike(requestors).map((group) => jobsOf(group, effort));
  const rows = await pushGroups(groups, tools, context);
  const ordered = requestors.flatMap(({ name }) => rows.filter(({ requestor }) => requestor === name));
  return {
    outcome: fleetOutcome(ordered),
    ...(effort && { finishes: effort.id }),
    rows: ordered,
  };
}

async function pushGroups(groups: readonly GroupJobs[], tools: FleetTools, context: RunContext): Promise<FleetRow[]> {
  try {
    const checked = await Promise.all(groups.map(async (group) => checkJobs(group, tools.lanes, context)));
    return (await Promise.all(checked.map(async (group) => pushGroup(group, tools, context)))).flat();
  } catch (error) {
    if (!context.signal.aborted) throw error;
    return groups.flatMap(({ jobs }) => jobs.map(({ requestor, target }) => notBegun(requestor, target)));
  }
}

function tellFinishing({ id, startedAt, lists }: Effort, { reporter }: RunContext): void {
  const began = startedAt.slice(0, 16).replace("T", " ");
  const kept = `${lists.length} ${lists.length === 1 ? "list" : "lists"}`;
  reporter.emit({
    type: "note",
    text: `This finishes the push of ${began} UTC (run ${id}), which made ${kept}: only what is missing is made and sent. --anew starts over.`,
    facts: { effort: id, lists: lists.length },
  });
}
