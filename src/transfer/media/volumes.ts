import { ResyncError } from "../../errors.ts";

/** One disk's part of a list. */
export interface VolumePart {
  /** 1 for the first. */
  readonly volume: number;
  readonly volumes: number;
  /** Where the part begins in the list, in bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** Names have three digits. */
const MOST = 999;
/** Below this many bytes a disk is taken for a floppy disk, with clusters of at most 1 KB; else they may be as long as FAT16 has them. */
const FLOPPY = 4 * 1024 ** 2;

/**
 * Cuts a list of `size` bytes (> 0) into parts for disks that hold `usable` bytes of files each. Beside its part each disk holds a
 * manifest of at most `manifestSize` bytes; both fill whole clusters, and a folder may need another. Throws `USAGE` when that gives more
 * than 999 disks, or disks too small for their own manifest.
 */
export function planVolumes(size: number, usable: number, manifestSize: number): VolumePart[] {
  const cluster = usable < FLOPPY ? 1024 : 32_768;
  const forManifest = Math.ceil(manifestSize / cluster) * cluster + cluster;
  const payload = Math.floor((usable - forManifest) / cluster) * cluster;
  const volumes = payload > 0 ? Math.ceil(size / payload) : Infinity;
  if (volumes > MOST) throw tooSmall(size, usable, volumes);
  return Array.from({ length: volumes }, (_, index) => {
    const offset = index * payload;
    return { volume: index + 1, volumes, offset, size: Math.min(payload, size - offset) };
  });
}

/** `3`, `3 and 7`, `3, 7 and 9 to 14`: numbers for people. */
export function showNumbers(numbers: readonly number[], and: "and" | "or" = "and"): string {
  const runs: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.flatMap(([from, to]) => {
    if (to - from > 1) return [`${from} to ${to}`];
    return from === to ? [String(from)] : [String(from), String(to)];
  });
  const last = words.pop() ?? "none";
  return words.length === 0 ? last : `${words.join(", ")} ${and} ${last}`;
}

function tooSmall(size: number, usable: number, volumes: number): ResyncError {
  const needed = Number.isFinite(volumes) ? `would need ${volumes.toLocaleString("en-US")} disks` : "does not fit";
  return new ResyncError("USAGE", {
    message: `The list of ${size.toLocaleString("en-US")} bytes ${needed}: ${usable.toLocaleString("en-US")} bytes a disk are too few.`,
    state: "Nothing was delivered.",
    hint: `Take larger disks (--volume-size); there can be ${MOST} at most.`,
    facts: { size, usable },
  });
}
