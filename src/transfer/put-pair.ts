import type { ByteSource } from "../byte-source.ts";
import { asResyncError, ResyncError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { bytesOf, collectBytes } from "./bytes.ts";
import { fingerprint, sameBytes, showFingerprint, type Fingerprint } from "./digest.ts";
import { temporaryNames } from "./names.ts";
import type { Place, PlacePath } from "./place.ts";

/** A file and the manifest that says what it is: a delivery, or a disk's part of one. */
export interface Pair {
  readonly file: PlacePath;
  /** The file's bytes, from the start at each iteration. */
  readonly source: ByteSource;
  readonly wanted: Fingerprint;
  readonly manifest: PlacePath;
  readonly manifestBytes: Uint8Array;
  /** What stands at the place after a failure, for the error; `left` are temporary names that could not be removed. */
  readonly afterFailure: (left: readonly string[]) => Promise<string>;
}

export interface PutOptions {
  readonly journal: Journal;
  readonly signal: AbortSignal;
  /** Bytes sent or read back so far, of twice the size: each byte goes there once and comes back once. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** How a pair was put. */
export interface Put {
  /** False when the place could not swap names in one act; for a moment no file stood under the name. */
  readonly atomic: boolean;
  /** True when the first copy read back wrong and a second, sent one request at a time, was right. */
  readonly resent: boolean;
}

/**
 * Puts a file and its manifest into a place so that nobody ever sees half of them: temporary names in the same folder → bytes → flush →
 * size → SHA-256 by reading back → replace, the manifest last, as the commit mark. Throws what the place throws, `VERIFY_FAILED`, or
 * `abortError`; temporary files are removed then.
 */
export async function putPair(place: Place, pair: Pair, options: PutOptions): Promise<Put> {
  const names = temporaryNames(pair.wanted.sha256);
  try {
    const resent = await sendVerified(place, names.glb, pair, options);
    await sendManifest(place, names.manifest, pair.manifestBytes, options);
    const file = await commit(place, names.glb, pair.file, options);
    const manifest = await commit(place, names.manifest, pair.manifest, options);
    await confirmFinalNames(place, pair);
    return { atomic: file.atomic && manifest.atomic, resent };
  } catch (error) {
    const left = await removeQuietly(place, names.glb, names.manifest);
    throw asResyncError(error).with({ state: await pair.afterFailure(left) });
  }
}

async function sendVerified(place: Place, temporary: PlacePath, pair: Pair, options: PutOptions): Promise<boolean> {
  const { wanted } = pair;
  const first = await sendOnce(place, temporary, pair, options, false);
  if (sameBytes(first, wanted)) return false;
  await place.remove(temporary, options);
  const second = await sendOnce(place, temporary, pair, options, true);
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
  { source, wanted }: Pair,
  options: PutOptions,
  careful: boolean,
): Promise<Fingerprint> {
  const { signal } = options;
  const total = wanted.size * 2;
  const sent = await options.journal.act(
    "deliver.write",
    { place: place.label, name: temporary, size: wanted.size, careful },
    async () =>
      place.writeNew(temporary, source, {
        signal,
        size: wanted.size,
        careful,
        onProgress: (bytes) => options.onProgress?.(bytes, total),
      }),
  );
  if (sent !== wanted.size) throw sourceChanged(sent, wanted.size);
  const entry = await place.stat(temporary, { signal });
  if (entry?.size !== wanted.size) return { size: entry?.size ?? 0, sha256: wanted.sha256 };
  return fingerprint(
    place.read(temporary, {
      signal,
      lent: true,
      onProgress: (bytes) => options.onProgress?.(wanted.size + bytes, total),
    }),
  );
}

/** The private copy is nobody else's; whoever writes to it all the same must not have it look like the server's fault. */
function sourceChanged(sent: number, wanted: number): ResyncError {
  return new ResyncError("FILE_CHANGED", {
    message: `The private copy of the list changed while it was sent: it had ${wanted.toLocaleString("en-US")} bytes and gave ${sent.toLocaleString("en-US")}.`,
    hint: "Let no other program write to resync's state folder, then run the same command again.",
    facts: { sent, wanted },
  });
}

async function sendManifest(place: Place, temporary: PlacePath, bytes: Uint8Array, options: PutOptions): Promise<void> {
  await options.journal.act("deliver.write-manifest", { place: place.label, name: temporary }, async () =>
    place.writeNew(temporary, bytesOf(bytes), { signal: options.signal, size: bytes.length }),
  );
  const back = await collectBytes(place.read(temporary, { signal: options.signal }), bytes.length);
  if (back.equals(bytes)) return;
  throw new ResyncError("VERIFY_FAILED", { message: `${place.label} gives back another manifest than was sent.` });
}

async function commit(place: Place, from: PlacePath, to: PlacePath, options: PutOptions): Promise<{ atomic: boolean }> {
  return options.journal.act("deliver.replace", { place: place.label, from, to }, async () =>
    place.replace(from, to, { signal: options.signal }),
  );
}

async function confirmFinalNames(place: Place, { file, manifest, wanted }: Pair): Promise<void> {
  const there = await place.stat(file);
  if (there?.size === wanted.size && (await place.stat(manifest)) !== undefined) return;
  throw new ResyncError("VERIFY_FAILED", {
    message: `${place.label} accepted the delivery, but ${file} and ${manifest} do not stand there as they should.`,
    hint: "Look whether another program takes files out of this folder.",
    facts: { size: there?.size ?? null },
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
