import type { RunContext } from "../context.ts";
import type { ResyncError } from "../errors.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import type { Manifest } from "../transfer/manifest.ts";
import type { SigningKey } from "../transfer/signature/keys.ts";
import { signedBy } from "../transfer/signature/signature.ts";
import type { ShrinkGuard } from "./compare-last.ts";
import type { DssHost } from "./generate/dss-host.ts";
import { noteDelivered } from "./last-delivery.ts";
import { readyList } from "./ready-list.ts";
import type { ListSource, ObtainedList } from "./sources.ts";
import { checkTargets, deliverToAll, type Target, type TargetResult } from "./targets.ts";

export interface PushRequest {
  readonly host: Pick<DssHost, "label">;
  readonly requestors: readonly string[];
  readonly source: ListSource;
  readonly targets: readonly Target[];
  /** The run's own folder, for the private copy and the registry backup. */
  readonly folder: string;
  /** Signs the manifest. */
  readonly signingKey?: SigningKey | undefined;
  readonly guard: ShrinkGuard;
}

export interface PushResult {
  readonly outcome: "delivered" | "unchanged" | "partly delivered" | "dry run";
  readonly manifest: Manifest | undefined;
  readonly check: MasterListCheck | undefined;
  readonly targets: readonly TargetResult[];
}

/**
 * The push side from end to end: targets checked → list written by the DSS → private copy checked, and compared with the list delivered
 * last → delivered to each target and read back → list moved out of Dxadata. Throws the first failure when no target got the list; `partly delivered` when some did.
 */
export async function push(request: PushRequest, context: RunContext): Promise<PushResult> {
  const standing = await checkTargets(request.targets, context);
  const ready = await readyList({ ...request, dss: request.host.label, standing }, context);
  if (ready === undefined) return dryRunResult(request, context);
  const { list, check } = ready;
  const manifest = signedBy(ready.manifest, request.signingKey);
  const targets = await deliverToAll(
    request.targets,
    { file: list.copy, manifest, signedWith: request.signingKey },
    context,
  );
  for (const { target, ok } of targets) if (ok) await noteDelivered(context.journal, target, manifest);
  const failures = targets.flatMap((result) => (result.ok ? [] : [result.error]));
  const [first] = failures;
  if (first !== undefined && failures.length === targets.length) throw nothingDelivered(first, list);
  if (first === undefined) await list.finish();
  return { outcome: outcomeOf(targets), manifest, check, targets };
}

function dryRunResult(request: PushRequest, context: RunContext): PushResult {
  for (const { label, plan } of request.targets) {
    context.reporter.emit({ type: "would", act: plan, facts: { place: label } });
  }
  return { outcome: "dry run", manifest: undefined, check: undefined, targets: [] };
}

function nothingDelivered(error: ResyncError, list: ObtainedList): ResyncError {
  return error.with({
    state: `${error.state ?? "Nothing was delivered."} The DSS wrote its list and is as it was found; a private copy is kept at ${list.copy}.`,
  });
}

function outcomeOf(targets: readonly TargetResult[]): PushResult["outcome"] {
  if (targets.some((result) => !result.ok)) return "partly delivered";
  return targets.every((result) => result.ok && result.outcome === "unchanged") ? "unchanged" : "delivered";
}
