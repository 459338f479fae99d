import { createHash } from "node:crypto";
import { CONTROL, sameContent, type FileState, type PostofficeState } from "./state.ts";
import { touchClass } from "./touched.ts";

/** A file that stands in the way of a roll-back. */
export interface Conflict {
  readonly path: string;
  /** In words: what is there now and what was expected. */
  readonly why: string;
}

/** What has to be done so that every file stands as before the import. */
export interface RollbackPlan {
  /** Files whose bytes come back from the snapshot; `now` is what stands there. */
  readonly restore: readonly {
    readonly before: FileState;
    readonly now: FileState | undefined;
    readonly hex: string | undefined;
  }[];
  /** Files with the right bytes but another time, owner, mode or spelling. */
  readonly touchUp: readonly { readonly before: FileState; readonly now: FileState }[];
  /** Files that were not there. */
  readonly remove: readonly FileState[];
  /** Logs that others have written to since: they stay as they are. */
  readonly left: readonly string[];
  readonly conflicts: readonly Conflict[];
}

type Marked = Pick<FileState, "path" | "mode" | "uid" | "gid" | "mtimeMs">;

type Step =
  | { do: "nothing" }
  | { do: "restore"; before: FileState; hex: string | undefined }
  | { do: "touch-up"; before: FileState; now: FileState }
  | { do: "remove"; now: FileState }
  | { do: "leave" }
  | { do: "conflict"; why: string };

/**
 * Compares three states: before the import, right after it, and now. A file may be put back only when it is what the import left, or is
 * already what it was: anything else was written by somebody else since, and is a conflict. Pure.
 */
export function planRollback(before: PostofficeState, after: PostofficeState, now: PostofficeState): RollbackPlan {
  const keys = [...new Set([...before.keys(), ...after.keys(), ...now.keys()])].toSorted();
  const steps = keys.map((key) => {
    return { key, now: now.get(key), step: planFile(key, before.get(key), after.get(key), now.get(key)) };
  });
  const pathOf = (key: string) => (now.get(key) ?? after.get(key) ?? before.get(key))?.path ?? key;
  return {
    restore: steps.flatMap(({ step, now }) =>
      step.do === "restore" ? [{ before: step.before, now, hex: step.hex }] : [],
    ),
    touchUp: steps.flatMap(({ step }) => (step.do === "touch-up" ? [{ before: step.before, now: step.now }] : [])),
    remove: steps.flatMap(({ step }) => (step.do === "remove" ? [step.now] : [])),
    left: steps.flatMap(({ key, step }) => (step.do === "leave" ? [pathOf(key)] : [])),
    conflicts: steps.flatMap(({ key, step }) => (step.do === "conflict" ? [{ path: pathOf(key), why: step.why }] : [])),
  };
}

function planFile(
  key: string,
  before: FileState | undefined,
  after: FileState | undefined,
  now: FileState | undefined,
): Step {
  const touch = touchClass(key);
  if (touch === "mailbag") return planMailbag(before, after, now);
  const target = key === CONTROL && before && after ? mergeCounters(before, after) : before;
  if (sameContent(now, target)) {
    const same = now === undefined || target === undefined || isTouchedUp(now, target);
    return same ? { do: "nothing" } : { do: "touch-up", before: target, now };
  }
  if (!sameContent(now, after) && !sameContent(now, before)) {
    return touch === "log" ? { do: "leave" } : { do: "conflict", why: describe(before, after, now) };
  }
  if (target) return { do: "restore", before: target, hex: target.hex };
  return now ? { do: "remove", now } : { do: "nothing" };
}

/** Mail arrives all the time, so a mailbag that stood before is not looked at. A new one may go while it is empty. */
function planMailbag(before: FileState | undefined, after: FileState | undefined, now: FileState | undefined): Step {
  if (before)
    return now
      ? { do: "nothing" }
      : { do: "conflict", why: "is gone; mailbags are not copied, so it cannot come back" };
  if (now === undefined) return { do: "nothing" };
  if (!sameContent(now, after)) return { do: "conflict", why: describe(before, after, now) };
  if (now.key.endsWith(".MBG") && now.size > 0)
    return { do: "conflict", why: `was made by the import and holds mail (${now.size} bytes)` };
  return { do: "remove", now };
}

/**
 * CONTROL.GLB as it has to be after a roll-back: the number of the next mailbag as before, the number of the next letter (bytes 4 to 7) never
 * lower than it is, because a number given out twice mixes up mail (Q87388, Q99204). Equal to `before` when no letter was sent meanwhile.
 */
function mergeCounters(before: FileState, after: FileState): FileState {
  const old = Buffer.from(before.hex ?? "", "hex");
  const current = Buffer.from(after.hex ?? "", "hex");
  if (old.length !== 8 || current.length !== 8 || current.readUInt32LE(4) <= old.readUInt32LE(4)) {
    return { ...before, hex: undefined };
  }
  const merged = Buffer.concat([old.subarray(0, 4), current.subarray(4)]);
  return { ...before, sha256: createHash("sha256").update(merged).digest("hex"), hex: merged.toString("hex") };
}

/** True when a file has the spelling, mode, owner and time that it had. */
export function isTouchedUp(now: Marked, before: Marked): boolean {
  const sameOwner = now.uid === before.uid && now.gid === before.gid;
  const sameTime = Math.abs(now.mtimeMs - before.mtimeMs) < 1;
  return now.path === before.path && now.mode === before.mode && sameOwner && sameTime;
}

function describe(before: FileState | undefined, after: FileState | undefined, now: FileState | undefined): string {
  const was = (state: FileState | undefined) => (state ? `${state.size} bytes` : "not there");
  const changed = now ? `, last written ${new Date(now.mtimeMs).toISOString()}` : "";
  return `is ${now ? was(now) : "gone"}${changed}; before the import ${was(before)}, right after it ${was(after)}`;
}
