import { hasCode, ResyncError } from "../../errors.ts";
import { collectBytes, localBytes } from "../bytes.ts";
import { refuseFoldersInTheWay, removeLeftovers, type Delivery } from "../deliver.ts";
import { fingerprint } from "../digest.ts";
import { encodeManifest, MANIFEST_LIMIT } from "../manifest.ts";
import { GLB_NAME, MANIFEST_NAME, volumeNames, volumeNumber } from "../names.ts";
import { placePath, shownAt, type Place, type PlaceEntry } from "../place.ts";
import { putPair, type Put, type PutOptions } from "../put-pair.ts";
import { decodeVolumeManifest, encodeVolumeManifest, type VolumeManifest } from "./volume-manifest.ts";
import type { VolumePart } from "./volumes.ts";

export interface WrittenVolume extends Put {
  readonly removedLeftovers: readonly string[];
}

export interface WriteVolumeOptions extends PutOptions {
  /** Each part goes on a disk of its own: one that holds another part of this delivery is not the one that was asked for. */
  readonly ownDisk: boolean;
}

/**
 * Writes one part of a delivery and its manifest to a place, and reads them back. What stood there of other deliveries is removed first: a
 * disk has no room for two. Throws `ALREADY_EXISTS` for a disk that holds another part of this one, and what `putPair` throws.
 */
export async function writeVolume(
  place: Place,
  { file, manifest }: Delivery,
  part: VolumePart,
  options: WriteVolumeOptions,
): Promise<WrittenVolume> {
  const { signal } = options;
  const names = volumeNames(part.volume);
  const entries = await place.list(undefined, { signal });
  refuseFoldersInTheWay(place, entries, [names.file, names.manifest]);
  const delivery = encodeManifest(manifest);
  const ours = (await volumesAt(place, entries, signal)).filter((there) => there.delivery.equals(delivery));
  const other = ours.find(({ volume }) => volume !== part.volume);
  if (options.ownDisk && other !== undefined) throw otherPart(place, other, part);
  const keep = ours.map(({ volume }) => volume).filter((volume) => volume !== part.volume);
  await removeOthers(place, entries, keep, signal);
  const removedLeftovers = await removeLeftovers(place, entries, { signal });
  const source = localBytes(file, part);
  const wanted = await fingerprint(source);
  const put = await putPair(
    place,
    {
      file: names.file,
      source,
      wanted,
      manifest: names.manifest,
      manifestBytes: encodeVolumeManifest({ ...part, sha256: wanted.sha256 }, manifest),
      afterFailure: async () => `Part ${part.volume} of ${part.volumes} is not whole at ${place.label}.`,
    },
    options,
  );
  return { ...put, removedLeftovers };
}

/** What the manifests of disks at a place say; damaged ones are left out. Throws what the place throws. */
async function volumesAt(place: Place, entries: readonly PlaceEntry[], signal: AbortSignal): Promise<VolumeManifest[]> {
  const found: VolumeManifest[] = [];
  for (const { name } of entries) {
    if (volumeNumber(name, "manifest") === undefined) continue;
    try {
      const bytes = await collectBytes(place.read(placePath(name), { signal }), MANIFEST_LIMIT);
      found.push(decodeVolumeManifest(bytes, shownAt(place.label, name)));
    } catch (error) {
      if (!hasCode(error, "DELIVERY_INCOMPLETE")) throw error;
    }
  }
  return found;
}

/** Removes deliveries and parts other than `keep`, the manifests first, so that a file without one is all that a cut can leave. */
async function removeOthers(
  place: Place,
  entries: readonly PlaceEntry[],
  keep: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const files = entries.filter(({ kind }) => kind === "file").map(({ name }) => name);
  const others = (which: "manifest" | "file", whole: string): string[] =>
    files.filter((name) => {
      const number = volumeNumber(name, which);
      return name.toUpperCase() === whole || (number !== undefined && !keep.includes(number));
    });
  for (const name of [...others("manifest", MANIFEST_NAME), ...others("file", GLB_NAME)]) {
    await place.remove(placePath(name), { signal });
  }
}

function otherPart(place: Place, { volume }: VolumePart, wanted: VolumePart): ResyncError {
  return new ResyncError("ALREADY_EXISTS", {
    message: `The disk in ${place.label} is number ${volume} of this very delivery, not an empty one for number ${wanted.volume}.`,
    state: "Nothing was changed on it.",
    hint: `Take it out and put in another one for number ${wanted.volume}.`,
    facts: { found: volume, wanted: wanted.volume },
  });
}
