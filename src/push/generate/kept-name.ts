import { placePath, type Place, type PlaceEntry, type PlacePath } from "../../transfer/place.ts";

/** The name under which the DXA writes, in lower case; hosts spell it as they like. */
const RESYNC_GLB = "resync.glb";

/** The entry of the folder that is Resync.glb in any case, or nothing. */
export async function findResync(place: Place, signal?: AbortSignal): Promise<PlaceEntry | undefined> {
  return resyncAmong(await place.list(undefined, signal === undefined ? {} : { signal }));
}

/** The same among entries that were listed already. */
export function resyncAmong(entries: readonly PlaceEntry[]): PlaceEntry | undefined {
  return entries.find((entry) => entry.kind === "file" && entry.name.toLowerCase() === RESYNC_GLB);
}

/** True when the folder has a file of this name, in any case. */
export async function hasFile(place: Place, name: string): Promise<boolean> {
  return (await place.list()).some((entry) => entry.name.toLowerCase() === name.toLowerCase());
}

/**
 * A free name for a Resync.glb that is set aside: `RS112321.40A` is November 23, 21:40 UTC, the first of that minute. 8.3, and no name
 * under which the DXA would load it (Q156124).
 */
export async function freeKeptName(place: Place, now: Date): Promise<PlacePath> {
  const taken = new Set((await place.list()).map((entry) => entry.name.toUpperCase()));
  const stamp = now.toISOString().replace(/\D/gu, "");
  const name = COUNTERS.split("")
    .map((counter) => `RS${stamp.slice(4, 10)}.${stamp.slice(10, 12)}${counter}`)
    .find((candidate) => !taken.has(candidate));
  // 36 in one minute: somebody is running in circles; the next minute's names are free again.
  return name === undefined ? freeKeptName(place, new Date(now.getTime() + 60_000)) : placePath(name);
}

const COUNTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
