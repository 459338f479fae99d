import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { ResyncError } from "../errors.ts";
import { checkMasterList, type MasterListCheck } from "../glb/identify.ts";
import { step } from "../report/step.ts";
import type { Fingerprint } from "../transfer/digest.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { TOOL } from "../version.ts";
import type { DssHost } from "./generate/dss-host.ts";
import { checkTargets, deliverToAll, type Target, type TargetResult } from "./targets.ts";

/** A master list that the DSS has written and that lies in a private copy. */
export interface Source extends Fingerprint {
  /** Local path of the private copy. */
  readonly copy: string;
}

/** The two ends of having the DSS write the list: a host is asked, or the file that is there is taken. */
export interface ListSource {
  /** Has the list written and copied to `copy`; `undefined` with `--dry-run`, when there can be no file. */
  obtain(copy: string): Promise<Source | undefined>;
  /** After delivery to all targets: takes the list out of Dxadata, where a requestor role would load it (Q156124). */
  finish(): Promise<void>;
}

export interface PushRequest {
  readonly host: Pick<DssHost, "label">;
  readonly requestors: readonly string[];
  readonly source: ListSource;
  readonly targets: readonly Target[];
  /** The run's own folder, for the private copy. */
  readonly folder: string;
}

export interface PushResult {
  readonly outcome: "delivered" | "unchanged" | "partly delivered" | "dry run";
  readonly manifest: Manifest | undefined;
  readonly check: MasterListCheck | undefined;
  readonly targets: readonly TargetResult[];
}

/**
 * The push side from end to end: targets checked → list written by the DSS → private copy checked → delivered to each target and read
 * back → list moved out of Dxadata. Throws the first failure when no target got the list; `partly delivered` when some did.
 */
export async function push(request: PushRequest, context: RunContext): Promise<PushResult> {
  await checkTargets(request.targets, context);
  const source = await request.source.obtain(join(request.folder, "RESYNC.GLB"));
  if (source === undefined) return dryRunResult(request, context);
  const check = await checkCopy(source, request, context);
  const manifest = createManifest(source, check, request, context);
  const targets = await deliverToAll(request.targets, { file: source.copy, manifest }, context);
  const failures = targets.flatMap((result) => (result.ok ? [] : [result.error]));
  const [first] = failures;
  if (first !== undefined && failures.length === targets.length) throw nothingDelivered(first, source);
  if (first === undefined) await request.source.finish();
  return { outcome: outcomeOf(targets), manifest, check, targets };
}

async function checkCopy(source: Source, request: PushRequest, context: RunContext): Promise<MasterListCheck> {
  return step(context.reporter, "check", "Check the master list", async () => {
    try {
      const check = await checkMasterList(source.copy, { signal: context.signal });
      for (const warning of check.warnings) context.reporter.emit({ type: "warning", ...warning });
      return { found: check.summary, facts: check.facts, value: check };
    } catch (error) {
      if (!(error instanceof ResyncError)) throw error;
      throw error.with({
        state: `Nothing was delivered. The DSS is as it was found; its file stays where ${request.host.label} wrote it.`,
      });
    }
  });
}

function createManifest(source: Source, check: MasterListCheck, request: PushRequest, context: RunContext): Manifest {
  return {
    format: "msmail-resync-delivery",
    version: 1,
    id: context.journal.run,
    createdAt: context.clock.now().toISOString(),
    tool: TOOL,
    dss: request.host.label,
    requestors: [...request.requestors],
    size: source.size,
    sha256: source.sha256,
    header: check.header ?? null,
    counts: check.counts ?? null,
  };
}

function dryRunResult(request: PushRequest, context: RunContext): PushResult {
  for (const { label } of request.targets) {
    context.reporter.emit({
      type: "would",
      act: `deliver RESYNC.GLB and RESYNC.JSN to ${label} (temporary name, read back, replace)`,
      facts: { place: label },
    });
  }
  return { outcome: "dry run", manifest: undefined, check: undefined, targets: [] };
}

function nothingDelivered(error: ResyncError, source: Source): ResyncError {
  return error.with({
    state: `${error.state ?? "Nothing was delivered."} The DSS wrote its list and is as it was found; a private copy is kept at ${source.copy}.`,
  });
}

function outcomeOf(targets: readonly TargetResult[]): PushResult["outcome"] {
  if (targets.some((result) => !result.ok)) return "partly delivered";
  return targets.every((result) => result.ok && result.outcome === "unchanged") ? "unchanged" : "delivered";
}
