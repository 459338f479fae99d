import type { RunContext } from "../context.ts";
import { asResyncError, throwIfAborted, type ResyncError } from "../errors.ts";
import type { Delivered, Delivery } from "../transfer/deliver.ts";
import type { Manifest } from "../transfer/manifest.ts";
import type { StandingAt } from "./compare-last.ts";

/** Where a delivery goes: a place, several disks, a tape. Not connected yet. */
export interface Target {
  readonly label: string;
  /** `deliver` finds by itself that the very delivery is there already, and does not send it again. */
  readonly recognizes: boolean;
  /** What `deliver` would do, for `--dry-run`. */
  readonly plan: string;
  /** Looks whether a delivery could begin, as a titled step, and changes nothing. Returns the manifest that stands there, if it can be seen. */
  check(context: RunContext): Promise<Manifest | undefined>;
  /** Delivers and reads back, as titled steps. */
  deliver(delivery: Delivery, context: RunContext): Promise<Delivered>;
}

/** How one target fared. One failing target never stops the others. */
export type TargetResult =
  | ({ readonly target: string; readonly ok: true } & Delivered)
  | { readonly target: string; readonly ok: false; readonly error: ResyncError };

/**
 * Looks at every target before anything is changed on the DSS: a wrong password or a missing folder must not cost a service restart.
 * Returns what stands at each. Throws the first target's failure.
 */
export async function checkTargets(targets: readonly Target[], context: RunContext): Promise<StandingAt[]> {
  const standing: StandingAt[] = [];
  for (const target of targets) standing.push({ to: target.label, manifest: await target.check(context) });
  return standing;
}

/** Delivers to each target in turn. Never throws, but for an abort. */
export async function deliverToAll(
  targets: readonly Target[],
  delivery: Delivery,
  context: RunContext,
): Promise<TargetResult[]> {
  const results: TargetResult[] = [];
  for (const target of targets) results.push(await deliverToOne(target, delivery, context));
  return results;
}

/** Delivers to one target. Never throws, but for an abort. */
export async function deliverToOne(target: Target, delivery: Delivery, context: RunContext): Promise<TargetResult> {
  throwIfAborted(context.signal);
  try {
    return { target: target.label, ok: true, ...(await target.deliver(delivery, context)) };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { target: target.label, ok: false, error: asResyncError(error) };
  }
}
