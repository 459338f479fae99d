import { hasCode } from "../errors.ts";
import { collectBytes } from "./bytes.ts";
import { fingerprint, sameBytes, type Fingerprint } from "./digest.ts";
import { decodeManifest, MANIFEST_LIMIT, promised, type Manifest } from "./manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "./names.ts";
import { shownAt, type Place, type PlaceOptions } from "./place.ts";
import type { TrustedKey } from "./signature/keys.ts";
import { isSigned } from "./signature/signature.ts";

/** The manifest at a place; `undefined` when there is none or it is damaged, which the next delivery mends. Throws what the place throws. */
export async function standingManifest(place: Place, options: PlaceOptions = {}): Promise<Manifest | undefined> {
  if ((await place.stat(MANIFEST_NAME, options)) === undefined) return undefined;
  try {
    const bytes = await manifestBytes(place, options);
    return decodeManifest(bytes, shownAt(place.label, MANIFEST_NAME));
  } catch (error) {
    if (hasCode(error, "DELIVERY_INCOMPLETE", "FILE_NOT_USABLE")) return undefined;
    throw error;
  }
}

/**
 * True when the place holds the same list for the same requestors, whole (the file is read back to be sure), and signed with `signedWith`
 * if that is given.
 */
export async function standsAlready(
  place: Place,
  manifest: Manifest,
  options: PlaceOptions & { signedWith?: TrustedKey | undefined },
): Promise<boolean> {
  const standing = await standingManifest(place, options);
  if (standing === undefined || !sameBytes(promised(standing), promised(manifest))) return false;
  if (standing.requestors.join("\n") !== manifest.requestors.join("\n")) return false;
  const { signedWith } = options;
  if (signedWith !== undefined && !isSigned(await manifestBytes(place, options), signedWith)) return false;
  const entry = await place.stat(GLB_NAME, options);
  if (entry?.size !== manifest.size) return false;
  return sameBytes(await fingerprint(place.read(GLB_NAME, { ...options, lent: true })), promised(manifest));
}

async function manifestBytes(place: Place, options: PlaceOptions): Promise<Uint8Array> {
  return collectBytes(place.read(MANIFEST_NAME, options), MANIFEST_LIMIT);
}

/** What stands at a place after a delivery of `wanted` failed, in words for the error; `left` are temporary names that could not be removed. */
export async function describeStanding(place: Place, wanted: Fingerprint, left: readonly string[]): Promise<string> {
  const leftovers = left.length > 0 ? ` ${left.join(" and ")} may be left there; the next delivery removes them.` : "";
  try {
    const glb = await place.stat(GLB_NAME);
    const manifest = await standingManifest(place);
    if (glb === undefined) return `No ${GLB_NAME} stands at ${place.label}.${leftovers}`;
    const earlier = manifest !== undefined && manifest.size === glb.size && !sameBytes(promised(manifest), wanted);
    if (earlier) return `The earlier delivery at ${place.label} stands unchanged.${leftovers}`;
    return `${place.label} holds a ${GLB_NAME} that may not fit its manifest; resync import refuses it as incomplete.${leftovers}`;
  } catch {
    return `${place.label} does not answer any more. Either the earlier delivery stands there, or one that resync import refuses as incomplete.${leftovers}`;
  }
}
