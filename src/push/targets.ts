import type { RunContext } from "../context.ts";
import { asResyncError, type ResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import { deliver, type Delivered, type Delivery } from "../transfer/deliver.ts";
import { showFingerprint } from "../transfer/digest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../transfer/names.ts";
import type { Place } from "../transfer/place.ts";

/** A place to deliver to, not connected yet. */
export interface Target {
  readonly label: string;
  open(signal: AbortSignal): Promise<Place>;
}

/** How one target fared. One failing target never stops the others. */
export type TargetResult =
  | ({ readonly target: string; readonly ok: true } & Delivered)
  | { readonly target: string; readonly ok: false; readonly error: ResyncError };

/**
 * Connects to every target and lists its folder, before anything is changed on the DSS: a wrong password or a missing folder must
 * not cost a service restart. Throws the first target's failure.
 */
export async function checkTargets(targets: readonly Target[], context: RunContext): Promise<void> {
  for (const target of targets) {
    await step(context.reporter, "target.check", "Place to deliver to", async () => {
      const place = await target.open(context.signal);
      try {
        const entries = await place.list(undefined, { signal: context.signal });
        const { atomicReplace } = place.capabilities;
        const there = entries.some(({ name }) => name.toUpperCase() === GLB_NAME)
          ? "an earlier delivery is there"
          : "empty of deliveries";
        const facts = { place: place.label, capabilities: place.capabilities };
        const swap = atomicReplace ? "" : "; cannot swap names in one act";
        return { found: `${place.label}: ${there}${swap}`, facts, value: undefined };
      } catch (error) {
        throw asResyncError(error).with({ state: "Nothing was changed on the DSS or at any place." });
      } finally {
        await place.close();
      }
    });
  }
}

/** Delivers to each target in turn. Never throws, but for an abort. */
export async function deliverToAll(
  targets: readonly Target[],
  delivery: Delivery,
  context: RunContext,
): Promise<TargetResult[]> {
  const results: TargetResult[] = [];
  for (const target of targets) {
    if (context.signal.aborted) throw asResyncError(context.signal.reason);
    try {
      results.push({ target: target.label, ok: true, ...(await deliverTo(target, delivery, context)) });
    } catch (error) {
      if (context.signal.aborted) throw error;
      results.push({ target: target.label, ok: false, error: asResyncError(error) });
    }
  }
  return results;
}

async function deliverTo(target: Target, delivery: Delivery, context: RunContext): Promise<Delivered> {
  const { reporter, journal, signal } = context;
  return step(reporter, "deliver", "Deliver and read back", async (voice) => {
    const place = await target.open(signal);
    try {
      const value = await deliver(place, delivery, {
        journal,
        signal,
        onProgress: (done, total) => voice.progress(done, total),
      });
      tellPeculiarities(value, place, context);
      return { found: describe(value, delivery, place), facts: { place: place.label, ...value }, value };
    } finally {
      await place.close();
    }
  });
}

function describe(delivered: Delivered, { manifest }: Delivery, place: Place): string {
  if (delivered.outcome === "unchanged") return `${place.label}: this very list stands there already (read back)`;
  return `${place.label.replace(/\/$/u, "")}/${GLB_NAME}: ${showFingerprint(manifest)}`;
}

function tellPeculiarities(delivered: Delivered, place: Place, { reporter }: RunContext): void {
  if (delivered.removedLeftovers.length > 0) {
    const names = delivered.removedLeftovers.join(", ");
    reporter.emit({
      type: "note",
      text: `Removed what a cut-off delivery left at ${place.label}: ${names}.`,
      facts: { names },
    });
  }
  if (!delivered.atomic) {
    const text = `${place.label} cannot replace a file in one act: for a moment no ${GLB_NAME} or ${MANIFEST_NAME} stood there.`;
    reporter.emit({ type: "warning", text, facts: { place: place.label } });
  }
  if (delivered.resent) {
    reporter.emit({
      type: "warning",
      text: `The first copy read back wrong from ${place.label}; a second one, sent one request at a time, is right.`,
      hint: "Look after this server: it mixes up requests that are in flight together.",
      facts: { place: place.label },
    });
  }
}
