import { ResyncError } from "../errors.ts";
import { localBytes } from "./bytes.ts";
import { encodeManifest, promised, type Manifest } from "./manifest.ts";
import { GLB_NAME, isTemporaryName, MANIFEST_NAME } from "./names.ts";
import { placePath, shownAt, type Place, type PlaceOptions } from "./place.ts";
import { putPair, type Put, type PutOptions } from "./put-pair.ts";
import type { TrustedKey } from "./signature/keys.ts";
import { describeStanding, standsAlready } from "./standing.ts";

/** What to deliver: a private local copy that nobody else writes to, and the manifest that says what it is. */
export interface Delivery {
  readonly file: string;
  readonly manifest: Manifest;
  /** The key that the manifest is signed with: a list that stands there without its signature is delivered again. */
  readonly signedWith?: TrustedKey | undefined;
}

/** How a delivery ended. */
export interface Delivered extends Put {
  /** `unchanged`: the very same delivery stood there already, and was read back to be sure. */
  readonly outcome: "delivered" | "unchanged";
  /** Names of leftovers of an earlier, cut-off delivery that were removed. */
  readonly removedLeftovers: readonly string[];
  /** On how many disks, where it was split. */
  readonly volumes?: number;
  /** A tar archive, on a tape or in its place. */
  readonly archive?: boolean;
  /** False where nothing can be read back: a pipe. */
  readonly readBack?: boolean;
  /** The bare list in a postoffice, for its own cycle to import. */
  readonly inPostoffice?: boolean;
}

/**
 * Puts a delivery into a place so that nobody ever sees half of it (`putPair`). A crash at any point leaves the old pair, or a pair that
 * does not fit together, which `collect` calls incomplete. Throws what the place throws, `VERIFY_FAILED`, or `abortError`.
 */
export async function deliver(place: Place, delivery: Delivery, options: PutOptions): Promise<Delivered> {
  const { file, manifest, signedWith } = delivery;
  const { signal } = options;
  const wanted = promised(manifest);
  const entries = await place.list(undefined, { signal });
  refuseFoldersInTheWay(place, entries, [GLB_NAME, MANIFEST_NAME]);
  if (await standsAlready(place, manifest, { signal, signedWith })) {
    return { outcome: "unchanged", atomic: true, removedLeftovers: [], resent: false };
  }
  const removedLeftovers = await removeLeftovers(place, entries, { signal });
  const pair = {
    file: GLB_NAME,
    source: localBytes(file),
    wanted,
    manifest: MANIFEST_NAME,
    manifestBytes: encodeManifest(manifest),
    afterFailure: async (left: readonly string[]) => describeStanding(place, wanted, left),
  };
  return { outcome: "delivered", ...(await putPair(place, pair, options)), removedLeftovers };
}

/** Throws `IS_A_FOLDER` when a folder, or anything else that is no file, has one of `names`. */
export function refuseFoldersInTheWay(
  place: Place,
  entries: readonly { name: string; kind: string }[],
  names: readonly string[],
): void {
  for (const entry of entries) {
    if (entry.kind === "file" || !names.includes(entry.name.toUpperCase())) continue;
    throw new ResyncError("IS_A_FOLDER", {
      message: `${shownAt(place.label, entry.name)} is a ${entry.kind === "folder" ? "folder" : "special file"}; the delivery needs this name.`,
      state: "Nothing was changed there.",
      hint: `Rename or remove ${entry.name}, or deliver to another folder.`,
    });
  }
}

/** Removes what a delivery that was cut off has left, and returns the names. */
export async function removeLeftovers(
  place: Place,
  entries: readonly { name: string }[],
  options: PlaceOptions,
): Promise<string[]> {
  const leftovers = entries.map(({ name }) => name).filter(isTemporaryName);
  for (const name of leftovers) await place.remove(placePath(name), options);
  return leftovers;
}
