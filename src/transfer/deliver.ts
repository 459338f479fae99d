import { hasCode, ResyncError } from "../errors.ts";
import { localBytes } from "./bytes.ts";
import { encodeManifest, promised, type Manifest } from "./manifest.ts";
import { GLB_NAME, isTemporaryName, MANIFEST_NAME } from "./names.ts";
import { placePath, shownAt, type Place, type PlaceOptions, type PlacePath } from "./place.ts";
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

/**
 * Removes what a delivery that was cut off has left, and returns the names. What the server still holds open stays for a later one: a server
 * may learn hours late that a line is dead (RFC 1122 4.2.3.6), and no delivery needs to wait for that.
 */
export async function removeLeftovers(
  place: Place,
  entries: readonly { name: string }[],
  options: PlaceOptions,
): Promise<string[]> {
  const removed: string[] = [];
  for (const { name } of entries) {
    if (isTemporaryName(name) && (await removeUnlessBusy(place, placePath(name), options))) removed.push(name);
  }
  return removed;
}

async function removeUnlessBusy(place: Place, path: PlacePath, options: PlaceOptions): Promise<boolean> {
  try {
    await place.remove(path, options);
    return true;
  } catch (error) {
    if (hasCode(error, "FILE_BUSY")) return false;
    throw error;
  }
}
