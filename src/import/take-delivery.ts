import type { RunContext } from "../context.ts";
import { step, type StepResult } from "../report/step.ts";
import { collect, type Collected } from "../transfer/collect.ts";
import { showFingerprint } from "../transfer/digest.ts";
import { collectVolumes, holdsVolumes } from "../transfer/media/collect-volumes.ts";
import type { DiskChanger } from "../transfer/media/disk-changer.ts";
import type { UnopenedPlace } from "../transfer/place.ts";
import type { TrustedKey } from "../transfer/signature/keys.ts";
import { collectFromTape } from "../transfer/tape/collect-tape.ts";
import type { Tape } from "../transfer/tape/tape.ts";
import { STEP } from "./trace.ts";

/** A place that a delivery stands at: whole, or the first disk of several. */
export interface PlaceSource extends UnopenedPlace {
  readonly kind: "place";
  /** Has other disks put in. */
  readonly changer?: DiskChanger | undefined;
}

/** A tape, or what stands in for one. */
export interface TapeSource {
  readonly kind: "tape";
  readonly label: string;
  readonly tape: Tape;
}

/** Where a delivery is taken from. */
export type DeliverySource = PlaceSource | TapeSource;

/** Takes a delivery into the private copy `copy`, proved whole. Throws what `collect`, `collectVolumes` and `collectFromTape` throw. */
export async function takeDelivery(
  source: DeliverySource,
  copy: string,
  context: RunContext,
  trustedKeys: readonly TrustedKey[],
): Promise<Collected> {
  const collected =
    source.kind === "tape"
      ? await takeFromTape(source, copy, context, trustedKeys)
      : ((await takeWhole(source, copy, context, trustedKeys)) ??
        (await takeParts(source, copy, context, trustedKeys)));
  const { manifest, signedBy } = collected;
  await context.journal.note(STEP.delivery, { id: manifest.id, createdAt: manifest.createdAt, signedBy });
  return collected;
}

async function takeFromTape(
  source: TapeSource,
  copy: string,
  { reporter, signal }: RunContext,
  trustedKeys: readonly TrustedKey[],
): Promise<Collected> {
  return step(reporter, "collect", "Read the tape", async () =>
    told(await collectFromTape(source.tape, { copy, signal, trustedKeys }), source),
  );
}

/** `undefined` when the place holds parts of a delivery that was split. */
async function takeWhole(
  source: PlaceSource,
  copy: string,
  { reporter, signal }: RunContext,
  trustedKeys: readonly TrustedKey[],
): Promise<Collected | undefined> {
  return step<Collected | undefined>(reporter, "collect", "Collect the delivery", async ({ progress }) => {
    const place = await source.open(signal);
    try {
      if (await holdsVolumes(place, signal)) return { found: "it was split; its parts are read", value: undefined };
      return told(await collect(place, { copy, signal, trustedKeys, onProgress: progress }), source);
    } finally {
      await place.close();
    }
  });
}

async function takeParts(
  source: PlaceSource,
  copy: string,
  { reporter, signal }: RunContext,
  trustedKeys: readonly TrustedKey[],
): Promise<Collected> {
  const { changer } = source;
  const collected = await collectVolumes(source, { copy, signal, trustedKeys, reporter, changer });
  return step(reporter, "collect.whole", "Put the parts together", async () => told(collected, source));
}

function told(collected: Collected, { label }: DeliverySource): StepResult<Collected> {
  const { manifest, signedBy } = collected;
  const made = manifest.createdAt.slice(0, 16).replace("T", " ");
  const whom = manifest.requestors.join(", ");
  const found = `${manifest.id}, made ${made} UTC for ${whom}: ${showFingerprint(collected)}${showSigner(collected)}`;
  return { found, facts: { place: label, manifest, signedBy }, value: collected };
}

/** Who signed it, in words, and whether that was proved. */
function showSigner({ manifest: { signature }, signedBy }: Collected): string {
  if (signedBy !== undefined) return `; signed by ${signedBy}, which is trusted here`;
  return signature === undefined ? "" : `; signed by ${signature.key}, which nobody looked at: no key is trusted here`;
}
