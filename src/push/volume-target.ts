import type { RunContext } from "../context.ts";
import { asResyncError, type ResyncError } from "../errors.ts";
import { step } from "../report/step.ts";
import type { Delivered, Delivery } from "../transfer/deliver.ts";
import { encodeManifest } from "../transfer/manifest.ts";
import type { DiskChanger } from "../transfer/media/disk-changer.ts";
import { planVolumes, type VolumePart } from "../transfer/media/volumes.ts";
import { writeVolume, type WrittenVolume } from "../transfer/media/write-volume.ts";
import { volumeNames } from "../transfer/names.ts";
import type { UnopenedPlace } from "../transfer/place.ts";
import { checkPlace, tellCached, tellPeculiarities } from "./place-target.ts";
import type { Target } from "./targets.ts";

/** How a list is split. */
export interface Split {
  /** Bytes of files that one disk holds. */
  readonly usable: number;
  /** Has the next disk put in; absent when all parts go into the one folder, for somebody to copy. */
  readonly changer?: DiskChanger | undefined;
}

/** Bytes by which a disk's manifest is longer than the delivery's own: indents and its own lines. */
const VOLUME_LINES = 1024;

/** A place of which one disk after the other takes a part of the delivery. */
export function volumeTarget(unopened: UnopenedPlace, split: Split): Target {
  const { label } = unopened;
  return {
    label,
    recognizes: false,
    plan: `deliver RESYNC.001 and so on, each with its manifest VOL001.JSN, ${split.changer ? "one disk each, to" : "all to"} ${label}`,
    check: (context) => checkPlace(unopened, context),
    deliver: (delivery, context) => deliverVolumes(unopened, split, delivery, context),
  };
}

async function deliverVolumes(
  unopened: UnopenedPlace,
  split: Split,
  delivery: Delivery,
  context: RunContext,
): Promise<Delivered> {
  const { manifest } = delivery;
  const parts = planVolumes(manifest.size, split.usable, encodeManifest(manifest).length + VOLUME_LINES);
  tellPlan(parts, split, context);
  const written: WrittenVolume[] = [];
  for (const part of parts) written.push(await writePatiently(unopened, split, delivery, part, context));
  return {
    outcome: "delivered",
    atomic: written.every(({ atomic }) => atomic),
    resent: written.some(({ resent }) => resent),
    removedLeftovers: written.flatMap(({ removedLeftovers }) => removedLeftovers),
    volumes: parts.length,
  };
}

/** Writes one part; a disk that fails is told, and another one asked for. */
async function writePatiently(
  unopened: UnopenedPlace,
  split: Split,
  delivery: Delivery,
  part: VolumePart,
  context: RunContext,
): Promise<WrittenVolume> {
  const { changer } = split;
  const { signal, reporter } = context;
  for (let tries = 1; ; tries += 1) {
    try {
      if (changer !== undefined && (part.volume > 1 || tries > 1)) {
        await changer.change(wanted(part, unopened.label, tries), signal);
      }
    } catch (error) {
      throw withState(asResyncError(error), part);
    }
    try {
      return await writeOnce(unopened, changer !== undefined, delivery, part, context);
    } catch (thrown) {
      const error = asResyncError(thrown);
      if (changer === undefined || signal.aborted || tries >= changer.tries) throw withState(error, part);
      const { message, hint } = error;
      reporter.emit({
        type: "warning",
        text: message,
        ...(hint && { hint }),
        facts: { code: error.code, ...error.facts },
      });
    }
  }
}

async function writeOnce(
  unopened: UnopenedPlace,
  ownDisk: boolean,
  delivery: Delivery,
  part: VolumePart,
  context: RunContext,
): Promise<WrittenVolume> {
  const { reporter, journal, signal } = context;
  const { volume, volumes, size } = part;
  const title = `${ownDisk ? "Disk" : "Part"} ${volume} of ${volumes}`;
  return step(reporter, "deliver.volume", title, async (voice) => {
    const place = await unopened.open(signal);
    try {
      const onProgress = (done: number, total: number) => voice.progress(done, total);
      const value = await writeVolume(place, delivery, part, { journal, signal, ownDisk, onProgress });
      tellPeculiarities(value, place, context);
      if (volume === 1) tellCached(place, context);
      const { file, manifest } = volumeNames(volume);
      const found = `${file} and ${manifest}, ${size.toLocaleString("en-US")} bytes, read back`;
      return { found, facts: { place: place.label, ...part, ...value }, value };
    } finally {
      await place.close();
    }
  });
}

function wanted({ volume, volumes }: VolumePart, place: string, tries: number) {
  const which = tries > 1 ? "another disk" : "the next disk";
  const text = `Put ${which} into ${place}, for number ${volume} of ${volumes}. A delivery that is on it will be replaced.`;
  return { text, place, numbers: [volume], of: volumes };
}

function tellPlan(parts: readonly VolumePart[], { usable, changer }: Split, { reporter }: RunContext): void {
  const disks = `${parts.length} ${parts.length === 1 ? "disk" : "disks"}`;
  const each = `${usable.toLocaleString("en-US")} bytes each`;
  const what = changer === undefined ? "all parts go into one folder" : "number them as they are asked for";
  reporter.emit({
    type: "note",
    text: `The list goes on ${disks} of ${each}; ${what}.`,
    facts: { volumes: parts.length },
  });
}

function withState(error: ResyncError, { volume, volumes }: VolumePart): ResyncError {
  const written =
    volume === 1 ? "No disk is written" : `Of ${volumes} disks ${volume - 1} ${volume === 2 ? "is" : "are"} written`;
  return error.with({ state: `${written}; a list is taken only when all of them are there.` });
}
