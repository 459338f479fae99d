import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "../../context.ts";
import { asResyncError, EXIT, throwIfAborted, type ResyncError } from "../../errors.ts";
import { beginDryRun, beginRun } from "../../journal/store.ts";
import { reporterFor } from "../../report/reporter.ts";
import { signedBy } from "../../transfer/signature/signature.ts";
import type { Queue } from "../../transfer/places/queue.ts";
import type { ShrinkGuard } from "../compare-last.ts";
import { noteDelivered } from "../last-delivery.ts";
import { readyList } from "../ready-list.ts";
import type { ListSource } from "../sources.ts";
import { noteFleetDelivered, noteList, type KeptList } from "./effort.ts";
import { notBegun, rowOf, settledRow, type GroupJobs, type Job, type Lanes } from "./jobs.ts";
import { showGroup } from "./requestors.ts";
import { fleetOutcome, type FleetRow } from "./result.ts";

/** What the runs of all groups share. */
export interface FleetTools {
  readonly dss: string;
  readonly stateDir: string;
  /** The fleet's own folder, where a dry run puts what it must. */
  readonly folder: string;
  /** The first run of the effort, for the journals. */
  readonly effort: string;
  /** How a list for these RDNs is had from the DSS. */
  readonly sourceFor: (rdns: readonly string[], context: RunContext) => ListSource;
  /** Against lists that have lost addresses. */
  readonly guard: ShrinkGuard;
  /** The DSS makes one list at a time. */
  readonly inTurn: Queue;
  readonly lanes: Lanes;
}

/**
 * One group from its list to its places, as a run of its own with its own journal: so that its change of the DSS can be undone by itself,
 * and what it delivered is known. Never throws for what goes wrong on the way: that stands in the rows, one for each job in their order.
 */
export async function pushGroup(all: GroupJobs, tools: FleetTools, context: RunContext): Promise<FleetRow[]> {
  const settled = all.jobs.map((job) => settledRow(job, all.kept));
  const open = all.jobs.filter((_, index) => settled[index] === undefined);
  const made = open.length === 0 ? [] : await runGroup({ ...all, jobs: open }, tools, context);
  return settled.map((row) => row ?? made.shift()).filter((row) => row !== undefined);
}

async function runGroup(all: GroupJobs, tools: FleetTools, context: RunContext): Promise<FleetRow[]> {
  const { kept, jobs } = all;
  const { inTurn, lanes } = tools;
  try {
    const begin = async () => (context.signal.aborted ? undefined : beginGroup(all, tools, context));
    const begun = await (kept === undefined ? inTurn(begin) : begin());
    if (begun === undefined) return jobs.map(({ requestor, target }) => notBegun(requestor, target));
    const { own, list } = begun;
    if (list instanceof Error) return jobs.map((job) => failedRow(job, list, context));
    if (list === undefined || context.dryRun) return jobs.map((job) => planned(job, own));
    const rows = await Promise.all(jobs.map(async (job) => lanes(async () => deliverJob(job, list, own))));
    const [failure] = rows.flatMap(({ error }) => error ?? []);
    await own.journal.end(fleetOutcome(rows), failure?.exitCode ?? EXIT.done);
    return rows;
  } catch (error) {
    return jobs.map((job) => failedRow(job, asResyncError(error), context));
  }
}

/** Begins the group's run and has its list: the one that is kept, or a new one. A failure to have it ends the run. */
async function beginGroup(
  { group, kept, jobs }: GroupJobs,
  tools: FleetTools,
  context: RunContext,
): Promise<{ own: RunContext; list: KeptList | ResyncError | undefined }> {
  const { clock, dryRun } = context;
  const { dss, effort } = tools;
  const requestors = group.map(({ rdn }) => rdn);
  const to = jobs.map(({ target }) => target.label);
  const data = { dss, requestors, to, effort, about: `${showGroup(group)} → ${to.join(", ")}` };
  const { journal, folder } = dryRun
    ? await beginDryRun(await mkdtemp(join(tools.folder, "group-")), clock, "push")
    : await beginRun(tools.stateDir, clock, "push", data);
  const own = { ...context, journal, reporter: reporterFor(showGroup(group), context.reporter) };
  try {
    return { own, list: kept ?? (await generateList({ requestors, jobs, folder }, tools, own)) };
  } catch (thrown) {
    const error = asResyncError(thrown);
    await journal.end(context.signal.aborted ? "interrupted" : "failed", error.exitCode, {
      code: error.code,
      message: error.message,
    });
    return { own, list: error };
  }
}

/** Has the DSS write a list, and takes it out of the DSS's reach at once: the next group's list takes its name. */
async function generateList(
  { requestors, jobs, folder }: { requestors: readonly string[]; jobs: readonly Job[]; folder: string },
  { dss, sourceFor, guard }: FleetTools,
  own: RunContext,
): Promise<KeptList | undefined> {
  const standing = jobs.map(({ target, standing: manifest }) => ({ to: target.label, manifest }));
  const source = sourceFor(requestors, own);
  const ready = await readyList({ dss, requestors, source, folder, standing, guard }, own);
  if (ready === undefined) return undefined;
  const list = { run: own.journal.run, copy: ready.list.copy, manifest: ready.manifest };
  // Known before the DSS is touched again: if that fails, a push that finishes this one has the list.
  await noteList(own.journal, list);
  await ready.list.finish();
  return list;
}

async function deliverJob({ requestor, target }: Job, list: KeptList, own: RunContext): Promise<FleetRow> {
  const { name, signingKey } = requestor;
  const manifest = signedBy(list.manifest, signingKey);
  const row = { ...rowOf(requestor, target), run: own.journal.run, manifest };
  const context = { ...own, reporter: reporterFor(name, own.reporter) };
  try {
    throwIfAborted(own.signal);
    const delivered = await target.deliver({ file: list.copy, manifest, signedWith: signingKey }, context);
    await noteDelivered(own.journal, target.label, manifest);
    await noteFleetDelivered(own.journal, { requestor: name, target: target.label, sha256: manifest.sha256 });
    return { ...row, outcome: delivered.outcome, delivered };
  } catch (error) {
    return { ...row, ...failedRow({ requestor, target }, asResyncError(error), own) };
  }
}

function failedRow(
  { requestor, target }: Pick<Job, "requestor" | "target">,
  error: ResyncError,
  own: RunContext,
): FleetRow {
  const interrupted = own.signal.aborted && (error.code === "INTERRUPTED" || error.code === "TERMINATED");
  return { ...rowOf(requestor, target), outcome: interrupted ? "interrupted" : "failed", error };
}

function planned({ requestor, target }: Job, { reporter }: RunContext): FleetRow {
  reporter.emit({ type: "would", requestor: requestor.name, act: target.plan, facts: { place: target.label } });
  return { ...rowOf(requestor, target), outcome: "dry run" };
}
