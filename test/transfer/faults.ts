import { ResyncError } from "../../src/errors.ts";
import type { Place } from "../../src/transfer/place.ts";

/** The acts of a place that change or read it, in the words of the port. */
export type Act = "list" | "stat" | "read" | "writeNew" | "replace" | "remove";

/**
 * A place whose machine dies: acts before number `acts` work, that one and all later ones fail. A dying `writeNew` leaves its first half
 * behind, as a real machine would.
 */
export function dyingPlace(
  place: Place,
  acts: number,
): Place & { /** How many acts were asked for. */ count(): number } {
  let done = 0;
  const alive = () => (done += 1) <= acts;
  const dead = () => new ResyncError("CONNECTION_LOST", { message: `${place.label} died` });
  const guard = async <T>(act: () => Promise<T>): Promise<T> => {
    if (!alive()) throw dead();
    return act();
  };
  return {
    label: place.label,
    capabilities: place.capabilities,
    count: () => done,
    list: (...args) => guard(() => place.list(...args)),
    stat: (...args) => guard(() => place.stat(...args)),
    replace: (...args) => guard(() => place.replace(...args)),
    remove: (...args) => guard(() => place.remove(...args)),
    async *read(...args) {
      if (!alive()) throw dead();
      yield* place.read(...args);
    },
    async writeNew(path, source, options) {
      if (alive()) return place.writeNew(path, source, options);
      await place.writeNew(path, firstHalf(source), options);
      throw dead();
    },
    close: () => place.close(),
  };
}

/** A place that gives back other bytes than it got, `times` times, for files larger than a manifest's name. */
export function lyingPlace(place: Place, times: number): Place {
  let lies = times;
  return {
    ...place,
    async *read(path, options) {
      for await (const chunk of place.read(path, options)) {
        if (lies > 0 && path.endsWith(".TMG")) {
          lies -= 1;
          const wrong = Uint8Array.from(chunk);
          wrong[Math.floor(wrong.length / 2)] = (wrong[Math.floor(wrong.length / 2)] ?? 0) ^ 1;
          yield wrong;
        } else yield chunk;
      }
    },
  };
}

async function* firstHalf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk.subarray(0, Math.ceil(chunk.length / 2));
    return;
  }
}
