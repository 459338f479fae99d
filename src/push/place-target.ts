import type { RunContext } from "../context.ts";
import { asResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import { deliver, type Delivered, type Delivery } from "../transfer/deliver.ts";
import { showFingerprint } from "../transfer/digest.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../transfer/names.ts";
import { shownAt, type Place, type UnopenedPlace } from "../transfer/place.ts";
import { standingManifest } from "../transfer/standing.ts";
import type { Target } from "./targets.ts";

/** A place that takes the whole delivery. */
export function placeTarget(unopened: UnopenedPlace): Target {
  return {
    label: unopened.label,
    recognizes: true,
    plan: `deliver ${GLB_NAME} and ${MANIFEST_NAME} to ${unopened.label} (temporary name, read back, replace)`,
    check: (context) => checkPlace(unopened, context),
    deliver: (delivery, context) => deliverTo(unopened, delivery, context),
  };
}

/** Connects to a place, lists its folder and reads the manifest that stands there. */
export async function checkPlace(
  unopened: UnopenedPlace,
  { reporter, signal }: RunContext,
): Promise<Manifest | undefined> {
  return step(reporter, "target.check", "Place to deliver to", async () => {
    const place = await unopened.open(signal).catch(untouched);
    try {
      const entries = await place.list(undefined, { signal }).catch(untouched);
      const { atomicReplace } = place.capabilities;
      const there = entries.some(({ name }) => name.toUpperCase() === GLB_NAME)
        ? "an earlier delivery is there"
        : "empty of deliveries";
      const facts = { place: place.label, capabilities: place.capabilities };
      const swap = atomicReplace ? "" : "; cannot swap names in one act";
      const standing = await standingManifest(place, { signal }).catch(untouched);
      return { found: `${place.label}: ${there}${swap}`, facts, value: standing };
    } finally {
      await place.close();
    }
  });
}

function untouched(error: unknown): never {
  throw asResyncError(error).with({ state: "Nothing was changed on the DSS or at any place." });
}

async function deliverTo(unopened: UnopenedPlace, delivery: Delivery, context: RunContext): Promise<Delivered> {
  const { reporter, journal, signal } = context;
  return step(reporter, "deliver", "Deliver and read back", async (voice) => {
    const place = await unopened.open(signal);
    try {
      const value = await deliver(place, delivery, {
        journal,
        signal,
        onProgress: (done, total) => voice.progress(done, total),
      });
      tellPeculiarities(value, place, context);
      tellCached(place, context);
      return { found: describe(value, delivery, place), facts: { place: place.label, ...value }, value };
    } finally {
      await place.close();
    }
  });
}

function describe(delivered: Delivered, { manifest }: Delivery, place: Place): string {
  if (delivered.outcome === "unchanged") return `${place.label}: this very list stands there already (read back)`;
  return `${shownAt(place.label, GLB_NAME)}: ${showFingerprint(manifest)}`;
}

/** Tells when reading back may have shown this system's memory and not the disk. */
export function tellCached({ label, capabilities }: Place, { reporter }: RunContext): void {
  if (capabilities.uncached !== false) return;
  reporter.emit({
    type: "note",
    text: `This system does not read past its own memory: what was read back from ${label} may have come from there. To be sure, take the disk out, put it in again, and run the same push with --no-generate --keep, or resync import --dry-run.`,
    facts: { place: label },
  });
}

/** Tells what was not as it should be, though it ended well. */
export function tellPeculiarities(
  delivered: Pick<Delivered, "removedLeftovers" | "atomic" | "resent">,
  place: Place,
  { reporter }: RunContext,
): void {
  if (delivered.removedLeftovers.length > 0) {
    const names = delivered.removedLeftovers.join(", ");
    reporter.emit({
      type: "note",
      text: `Removed what a cut-off delivery left at ${place.label}: ${names}.`,
      facts: { names },
    });
  }
  if (!delivered.atomic) {
    const text = `${place.label} cannot replace a file in one act: for a moment no file stood under its name there.`;
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
