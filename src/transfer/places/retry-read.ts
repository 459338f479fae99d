import { createHash } from "node:crypto";
import { ResyncError } from "../../errors.ts";
import { shownAt, type Place, type PlacePath, type ReadOptions } from "../place.ts";
import { again, type Patience } from "./again.ts";
import type { Lease } from "./lease.ts";

/** Reads a file, over new connections if need be, and gives each byte once. Throws `FILE_CHANGED` when it is another file by then. */
export async function* readAgain(
  lease: Lease,
  patience: Patience,
  path: PlacePath,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { onProgress, ...how } = options;
  const { signal } = how;
  let open: { place: Promise<Place>; bytes: AsyncGenerator<Uint8Array, void> } | undefined;
  let given = 0;
  const givenHash = createHash("sha256");

  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    const place = open?.place ?? lease.current();
    return lease.use(place, signal, async (opened) => {
      const source = (): AsyncIterable<Uint8Array> => opened.read(path, how);
      open ??= { place, bytes: after(given, givenHash.copy().digest("hex"), source(), shownAt(opened.label, path)) };
      try {
        return await open.bytes.next();
      } catch (error) {
        open = undefined;
        throw error;
      }
    });
  };
  try {
    for (;;) {
      const { done, value } = await again(`${path}: read`, patience, signal, next);
      if (done === true) return;
      given += value.length;
      givenHash.update(value);
      onProgress?.(given);
      yield value;
    }
  } finally {
    await open?.bytes.return();
  }
}

/** `source` without its first `given` bytes, which must have this SHA-256: else it is not the file that was read so far. */
async function* after(
  given: number,
  sha256: string,
  source: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  let skipped = 0;
  const refuseAnother = (): void => {
    if (hash.copy().digest("hex") === sha256) return;
    throw new ResyncError("FILE_CHANGED", {
      message: `${name} changed while it was read: the connection broke off, and afterwards another file stood there.`,
      hint: "Run the same command again.",
    });
  };
  for await (const chunk of source) {
    const skipping = Math.min(given - skipped, chunk.length);
    if (skipping > 0) {
      hash.update(chunk.subarray(0, skipping));
      skipped += skipping;
      if (skipped === given) refuseAnother();
    }
    if (skipping < chunk.length) yield chunk.subarray(skipping);
  }
  if (skipped < given) refuseAnother();
}
