import { asResyncError, ResyncError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { bytesOf, collectBytes, localBytes } from "./bytes.ts";
import { fingerprint, sameBytes, showFingerprint, type Fingerprint } from "./digest.ts";
import { encodeManifest, promised, type Manifest } from "./manifest.ts";
import { GLB_NAME, isTemporaryName, MANIFEST_NAME, temporaryNames } from "./names.ts";
import { placePath, type Place, type PlacePath } from "./place.ts";
import type { TrustedKey } from "./signature/keys.ts";
import { describeStanding, standsAlready } from "./standing.ts";

/** What to deliver: a private local copy that nobody else writes to, and the manifest that says what it is. */
export interface Delivery {
  readonly file: string;
  readonly manifest: Manifest;
  /** The key that the manifest is signed with: a list that stands there without its signature is delivered again. */
  readonly signedWith?: TrustedKey | undefined;
}

export interface DeliverOptions {
  readonly journal: Journal;
  readonly signal: AbortSignal;
  /** Bytes sent or read back so far, of twice the size: each byte goes there once and comes back once. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** How a delivery ended. */
export interface Delivered {
  /** `unchanged`: the very same delivery stood there already, and was read back to be sure. */
  readonly outcome: "delivered" | "unchanged";
  /** False when the place could not swap names in one act; for a moment no file stood under the name. */
  readonly atomic: boolean;
  /** Names of leftovers of an earlier, cut-off delivery that were removed. */
  readonly removedLeftovers: readonly string[];
  /** True when the first copy read back wrong and a second, sent one request at a time, was right. */
  readonly resent: boolean;
}

/**
 * Puts a delivery into a place so that nobody ever sees half of it: temporary name in the same folder → bytes → flush → size → SHA-256
 * by reading back → replace; the manifest goes the same way, last, as the commit mark. A crash at any point leaves the old pair, or a
 * pair that does not fit together, which `collect` calls incomplete. Throws what the place throws, `VERIFY_FAILED`, or `abortError`.
 */
export async function deliver(place: Place, delivery: Delivery, options: DeliverOptions): Promise<Delivered> {
  const wanted = promised(delivery.manifest);
  const entries = await place.list(undefined, options);
  refuseFoldersInTheWay(place, entries);
  if (await standsAlready(place, delivery.manifest, { signal: options.signal, signedWith: delivery.signedWith })) {
    return { outcome: "unchanged", atomic: true, removedLeftovers: [], resent: false };
  }
  const removedLeftovers = await removeLeftovers(
    place,
    entries.map((entry) => entry.name),
    options,
  );
  const names = temporaryNames(wanted.sha256);
  try {
    const resent = await sendVerified(place, names.glb, delivery.file, wanted, options);
    await sendManifest(place, names.manifest, delivery.manifest, options);
    const glb = await commit(place, names.glb, GLB_NAME, options);
    const manifest = await commit(place, names.manifest, MANIFEST_NAME, options);
    await confirmFinalNames(place, wanted);
    return { outcome: "delivered", atomic: glb.atomic && manifest.atomic, removedLeftovers, resent };
  } catch (error) {
    const left = await removeQuietly(place, names.glb, names.manifest);
    throw asResyncError(error).with({ state: await describeStanding(place, wanted, left) });
  }
}

async function sendVerified(
  place: Place,
  temporary: PlacePath,
  file: string,
  wanted: Fingerprint,
  options: DeliverOptions,
): Promise<boolean> {
  const first = await sendOnce(place, temporary, file, wanted, options, false);
  if (sameBytes(first, wanted)) return false;
  await place.remove(temporary, options);
  const second = await sendOnce(place, temporary, file, wanted, options, true);
  if (sameBytes(second, wanted)) return true;
  throw new ResyncError("VERIFY_FAILED", {
    message: `${place.label} gives back something else than was sent: ${showFingerprint(second)} instead of ${showFingerprint(wanted)}.`,
    hint: "The server, its disk or the line damages files. Try another place, and check the disk of this one.",
    facts: { sent: wanted.sha256, readBack: second.sha256, sentBytes: wanted.size, readBackBytes: second.size },
  });
}

async function sendOnce(
  place: Place,
  temporary: PlacePath,
  file: string,
  wanted: Fingerprint,
  options: DeliverOptions,
  careful: boolean,
): Promise<Fingerprint> {
  const { signal } = options;
  const total = wanted.size * 2;
  await options.journal.act(
    "deliver.write",
    { place: place.label, name: temporary, size: wanted.size, careful },
    async () =>
      place.writeNew(temporary, localBytes(file), {
        signal,
        size: wanted.size,
        careful,
        onProgress: (bytes) => options.onProgress?.(bytes, total),
      }),
  );
  const entry = await place.stat(temporary, { signal });
  if (entry?.size !== wanted.size) return { size: entry?.size ?? 0, sha256: wanted.sha256 };
  return fingerprint(
    place.read(temporary, { signal, onProgress: (bytes) => options.onProgress?.(wanted.size + bytes, total) }),
  );
}

async function sendManifest(
  place: Place,
  temporary: PlacePath,
  manifest: Manifest,
  options: DeliverOptions,
): Promise<void> {
  const bytes = encodeManifest(manifest);
  await options.journal.act("deliver.write-manifest", { place: place.label, name: temporary }, async () =>
    place.writeNew(temporary, bytesOf(bytes), { signal: options.signal, size: bytes.length }),
  );
  const back = await collectBytes(place.read(temporary, { signal: options.signal }), bytes.length);
  if (back.equals(bytes)) return;
  throw new ResyncError("VERIFY_FAILED", { message: `${place.label} gives back another manifest than was sent.` });
}

async function commit(
  place: Place,
  from: PlacePath,
  to: PlacePath,
  options: DeliverOptions,
): Promise<{ atomic: boolean }> {
  return options.journal.act("deliver.replace", { place: place.label, from, to }, async () =>
    place.replace(from, to, { signal: options.signal }),
  );
}

function refuseFoldersInTheWay(place: Place, entries: readonly { name: string; kind: string }[]): void {
  for (const entry of entries) {
    const name = entry.name.toUpperCase();
    if (entry.kind === "file" || (name !== GLB_NAME && name !== MANIFEST_NAME)) continue;
    throw new ResyncError("IS_A_FOLDER", {
      message: `${place.label}/${entry.name} is a ${entry.kind === "folder" ? "folder" : "special file"}; the delivery needs this name.`,
      state: "Nothing was changed there.",
      hint: `Rename or remove ${entry.name}, or deliver to another folder.`,
    });
  }
}

async function removeLeftovers(place: Place, names: readonly string[], options: DeliverOptions): Promise<string[]> {
  const leftovers = names.filter(isTemporaryName);
  for (const name of leftovers) await place.remove(placePath(name), options);
  return leftovers;
}

async function confirmFinalNames(place: Place, wanted: Fingerprint): Promise<void> {
  const glb = await place.stat(GLB_NAME);
  const manifest = await place.stat(MANIFEST_NAME);
  if (glb?.size === wanted.size && manifest !== undefined) return;
  throw new ResyncError("VERIFY_FAILED", {
    message: `${place.label} accepted the delivery, but ${GLB_NAME} and ${MANIFEST_NAME} do not stand there as they should.`,
    hint: "Look whether another program takes files out of this folder.",
    facts: { size: glb?.size ?? null },
  });
}

/** Removes the temporary files without listening to the signal; returns the names that could not be removed. */
async function removeQuietly(place: Place, ...names: PlacePath[]): Promise<string[]> {
  const left: string[] = [];
  for (const name of names) {
    try {
      await place.remove(name);
    } catch {
      left.push(name);
    }
  }
  return left;
}
