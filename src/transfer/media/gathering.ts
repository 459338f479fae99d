import type { FileHandle } from "node:fs/promises";
import { collectBytes } from "../bytes.ts";
import { takeManifest, type Collected } from "../collect.ts";
import { fingerprinting, sameBytes } from "../digest.ts";
import { MANIFEST_LIMIT } from "../manifest.ts";
import { volumeNames, volumeNumber } from "../names.ts";
import { placePath, shownAt, type Place, type PlacePath } from "../place.ts";
import type { TrustedKey } from "../signature/keys.ts";
import { decodeVolumeManifest, type VolumeManifest } from "./volume-manifest.ts";

/** The delivery of which the first disk was read. */
export interface Head extends Pick<Collected, "manifest" | "signedBy"> {
  /** Its manifest's bytes: what every disk of it has in common. */
  readonly bytes: Buffer;
  readonly volumes: number;
}

/** A delivery that is being put together, part by part, in a local file. */
export interface Gathering {
  readonly file: FileHandle;
  /** `undefined` before the first disk. */
  head: Head | undefined;
  /** Numbers of the parts that stand in the file. */
  readonly have: Set<number>;
}

export interface TakeOptions {
  readonly signal: AbortSignal;
  readonly trustedKeys?: readonly TrustedKey[] | undefined;
  /** Bytes of the whole list that have been read or were before. */
  readonly onProgress: (bytes: number, total: number) => void;
}

/** What a disk gave. */
export interface Taken {
  readonly numbers: number[];
  /** What is wrong with it, in sentences. */
  readonly problems: string[];
}

/**
 * Takes from a place all parts that are still wanted, each proved against its own manifest. The first manifest ever read says which
 * delivery it is. Throws `DELIVERY_NOT_TRUSTED`, `DELIVERY_INCOMPLETE` for a damaged manifest, and what the place throws.
 */
export async function takeParts(place: Place, gathering: Gathering, options: TakeOptions): Promise<Taken> {
  const taken: Taken = { numbers: [], problems: [] };
  const entries = await place.list(undefined, { signal: options.signal });
  const names = entries.map(({ name }) => name).filter((name) => volumeNumber(name, "manifest") !== undefined);
  if (names.length === 0) taken.problems.push(`${place.label} holds no part of a delivery.`);
  for (const name of names.toSorted()) {
    const where = shownAt(place.label, name);
    const bytes = await collectBytes(place.read(placePath(name), { signal: options.signal }), MANIFEST_LIMIT);
    const volume = decodeVolumeManifest(bytes, where);
    gathering.head ??= headOf(volume, where, options);
    const problem = problemOf(volume, gathering.head, place);
    if (problem !== undefined) taken.problems.push(problem);
    else if (gathering.have.has(volume.volume)) continue;
    else if (await copyPart(place, volume, gathering, options)) taken.numbers.push(volume.volume);
    else taken.problems.push(damaged(place, volume));
  }
  return taken;
}

/** The numbers of the parts that are not there yet; none before the first disk was read, when nobody knows. */
export function missingParts({ head, have }: Gathering): number[] {
  return Array.from({ length: head?.volumes ?? 0 }, (_, index) => index + 1).filter((number) => !have.has(number));
}

function headOf({ delivery, volumes }: VolumeManifest, where: string, { trustedKeys = [] }: TakeOptions): Head {
  return { ...takeManifest(delivery, where, trustedKeys), bytes: delivery, volumes };
}

function problemOf(volume: VolumeManifest, { bytes, volumes, manifest }: Head, { label }: Place): string | undefined {
  if (!volume.delivery.equals(bytes) || volume.volumes !== volumes) {
    return `The disk in ${label} is number ${volume.volume} of another delivery${otherName(volume)}; wanted is ${manifest.id} of ${manifest.createdAt}.`;
  }
  if (volume.offset + volume.size > manifest.size) return damaged({ label }, volume);
  return undefined;
}

function otherName({ delivery }: VolumeManifest): string {
  try {
    const { manifest } = takeManifest(delivery, "", []);
    return `, ${manifest.id} of ${manifest.createdAt}`;
  } catch {
    return "";
  }
}

/** Copies a part to where it belongs in the file; false when it is not what its manifest says. */
async function copyPart(
  place: Place,
  volume: VolumeManifest,
  { file, have, head }: Gathering,
  { signal, onProgress }: TakeOptions,
): Promise<boolean> {
  const total = head?.manifest.size ?? 0;
  const meter = fingerprinting(place.read(fileOf(volume), { signal }));
  let at = volume.offset;
  for await (const chunk of meter.bytes) {
    if (at + chunk.length > volume.offset + volume.size) return false;
    await file.write(chunk, 0, chunk.length, at);
    at += chunk.length;
    onProgress(at, total);
  }
  if (!sameBytes(meter.result(), volume)) return false;
  have.add(volume.volume);
  return true;
}

function fileOf({ volume }: VolumeManifest): PlacePath {
  return volumeNames(volume).file;
}

function damaged({ label }: Pick<Place, "label">, { volume, volumes }: VolumeManifest): string {
  return `${shownAt(label, volumeNames(volume).file)}, number ${volume} of ${volumes}, is damaged: it is not what its manifest says.`;
}
