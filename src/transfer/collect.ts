import { open, rm } from "node:fs/promises";
import { asResyncError, ResyncError } from "../errors.ts";
import { collectBytes, writeWhole } from "./bytes.ts";
import { fingerprinting, sameBytes, showFingerprint, type Fingerprint } from "./digest.ts";
import { decodeManifest, MANIFEST_LIMIT, promised, type Manifest } from "./manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "./names.ts";
import { shownAt, type Place, type PlacePath } from "./place.ts";
import type { KeyId, TrustedKey } from "./signature/keys.ts";
import { proveSigned } from "./signature/signature.ts";

export interface CollectOptions {
  /** Where the private copy goes: a path that does not exist yet, made 0600. */
  readonly copy: string;
  readonly signal: AbortSignal;
  /** Take only what one of these keys has signed; absent or empty: take what comes. */
  readonly trustedKeys?: readonly TrustedKey[];
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** A whole delivery, taken. */
export interface Collected extends Fingerprint {
  readonly copy: string;
  readonly manifest: Manifest;
  /** The trusted key that its signature was proved with; `undefined` when no key is trusted here. */
  readonly signedBy: KeyId | undefined;
}

/**
 * Takes a delivery from a place into a private copy and proves it whole against its manifest. The place is only read.
 * Throws `NOT_FOUND` when nothing was delivered, `DELIVERY_INCOMPLETE` when file and manifest do not fit (also while a newer one
 * is just arriving), `DELIVERY_NOT_TRUSTED` before the file is copied, or what the place throws; no copy is left behind then.
 */
export async function collect(place: Place, options: CollectOptions): Promise<Collected> {
  const first = await collectOnce(place, options);
  if (first.fits) return first.collected;
  // A newer delivery may have arrived between the two reads; then its manifest is another one now.
  const second = await collectOnce(place, options);
  if (second.fits) return second.collected;
  const { manifest } = second.collected;
  await rm(options.copy, { force: true });
  throw incomplete(
    place,
    `is ${showFingerprint(second.collected)}, but its manifest promises ${showFingerprint(promised(manifest))}`,
  );
}

async function collectOnce(place: Place, options: CollectOptions): Promise<{ fits: boolean; collected: Collected }> {
  const { manifest, signedBy } = await readManifest(place, options);
  const arrived = await copyOut(place, GLB_NAME, options.copy, {
    signal: options.signal,
    onProgress: (bytes) => options.onProgress?.(bytes, manifest.size),
  });
  return {
    fits: sameBytes(arrived, promised(manifest)),
    collected: { ...arrived, copy: options.copy, manifest, signedBy },
  };
}

/**
 * Copies one file of a place into a new private local file (0600), forced to the disk, and returns what it was. The copy is removed
 * when anything fails.
 */
export async function copyOut(
  place: Place,
  name: PlacePath,
  copy: string,
  options: { signal: AbortSignal; onProgress?: (bytes: number) => void },
): Promise<Fingerprint> {
  return saveBytes(place.read(name, { ...options, lent: true }), copy);
}

/** Saves `source` in a new private local file (0600), forced to the disk, and returns what it was. Removed when anything fails. */
export async function saveBytes(source: AsyncIterable<Uint8Array>, copy: string): Promise<Fingerprint> {
  const meter = fingerprinting(source);
  try {
    const handle = await open(copy, "w", 0o600);
    try {
      for await (const chunk of meter.bytes) await writeWhole(handle, chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(copy, { force: true });
    throw localError(error, copy);
  }
  return meter.result();
}

/** A full disk on this side is not the place's: `ENOSPC` is told apart from what the place threw. */
export function localError(error: unknown, copy: string): unknown {
  if (error instanceof ResyncError || !(error instanceof Error) || !("code" in error)) return asResyncError(error);
  const full = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new ResyncError(full ? "DISK_FULL" : "IO", {
    message: full
      ? `The disk of this machine is full: ${copy} could not be written.`
      : `${copy} could not be written: ${error.message}`,
    state: "Nothing was changed anywhere.",
    hint: full ? "Make room, or set RESYNC_STATE_DIR to a folder on a larger disk." : undefined,
    cause: error,
  });
}

async function readManifest(
  place: Place,
  { signal, trustedKeys = [] }: CollectOptions,
): Promise<Pick<Collected, "manifest" | "signedBy">> {
  const [glb, manifest] = [await place.stat(GLB_NAME, { signal }), await place.stat(MANIFEST_NAME, { signal })];
  if (manifest !== undefined && glb !== undefined) {
    const bytes = await collectBytes(place.read(MANIFEST_NAME, { signal }), MANIFEST_LIMIT);
    return takeManifest(bytes, shownAt(place.label, MANIFEST_NAME), trustedKeys);
  }
  if (glb !== undefined) throw incomplete(place, `stands there without its manifest ${MANIFEST_NAME}`);
  if (manifest !== undefined) throw incomplete(place, `is missing; only its manifest ${MANIFEST_NAME} stands there`);
  throw new ResyncError("NOT_FOUND", {
    message: `There is no delivery at ${place.label}: neither ${GLB_NAME} nor ${MANIFEST_NAME}.`,
    state: "Nothing was changed anywhere.",
    hint: "Run resync push to this place first, or check the folder's name.",
  });
}

/**
 * Reads a manifest, of which the signature is proved first where keys are trusted. Throws what `proveSigned` and `decodeManifest` throw.
 */
export function takeManifest(
  bytes: Uint8Array,
  where: string,
  trustedKeys: readonly TrustedKey[],
): Pick<Collected, "manifest" | "signedBy"> {
  const key = trustedKeys.length === 0 ? undefined : proveSigned(bytes, trustedKeys, where);
  return { manifest: decodeManifest(bytes, where), signedBy: key?.id };
}

function incomplete(place: Place, what: string): ResyncError {
  return new ResyncError("DELIVERY_INCOMPLETE", {
    message: `The delivery at ${place.label} is not complete: ${GLB_NAME} ${what}.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "A push may be under way or was cut off: run it again. To import a bare file on your own responsibility, give its path to resync import.",
  });
}
