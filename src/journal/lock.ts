import { open, readFile, rename, rm, stat } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { aboutFile, errnoOf } from "../errno.ts";
import { ResyncError } from "../errors.ts";
import type { RunId } from "./journal.ts";
import { lifeOf, ourselves, readHolder, type LockHolder } from "./lock-holder.ts";

/** A lock file as found. `alive` and `dead` are proved on this machine; `elsewhere` cannot be told from here. */
export type LockState =
  | { readonly state: "free" }
  | { readonly state: "alive" | "dead" | "elsewhere"; readonly holder: LockHolder }
  /** It holds no readable holder: its maker died while writing it, or writes it this moment. */
  | { readonly state: "unreadable"; readonly ageMs: number };

/** A lock that is held. */
export interface Lock {
  readonly file: string;
  readonly holder: LockHolder;
  /** Removes the lock file if it is still ours. Never throws for a file that is gone. */
  release(): Promise<void>;
}

export interface LockOptions {
  run: RunId;
  clock: Clock;
  /** What is locked, for the message: `the postoffice M:\MAILDATA`. */
  what: string;
}

/**
 * Takes a lock by making `file`, which nobody else can at the same time (O_EXCL), also across machines that share the folder.
 * Throws `LOCKED` naming the holder and what to do. A dead holder's lock is not taken: what it left must be looked at first.
 */
export async function acquireLock(file: string, { run, clock, what }: LockOptions): Promise<Lock> {
  const holder = await ourselves(run, clock);
  try {
    await writeHolder(file, holder);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    throw lockedError(file, await inspectLock(file, clock), what);
  }
  return heldLock(file, holder);
}

/**
 * Takes the lock of a run that was cut off, to finish or undo it: made anew when it is gone, taken over when that run holds it and is dead.
 * Throws `LOCKED` in every other case.
 */
export async function takeOverLock(file: string, options: LockOptions): Promise<Lock> {
  const found = await inspectLock(file, options.clock);
  if (found.state === "free") return acquireLock(file, options);
  const own = found.state === "unreadable" || (found.state === "dead" && found.holder.run === options.run);
  if (!own) throw lockedError(file, found, options.what);
  const holder = await ourselves(options.run, options.clock);
  const temporary = `${file}.${process.pid}`;
  await rm(temporary, { force: true });
  await writeHolder(temporary, holder);
  await rename(temporary, file);
  return heldLock(file, holder);
}

/** Looks who holds a lock. Changes nothing. */
export async function inspectLock(file: string, clock: Clock): Promise<LockState> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { state: "free" };
    throw error;
  }
  const holder = readHolder(text);
  if (holder === undefined) {
    const made = await stat(file).catch(() => undefined);
    return made ? { state: "unreadable", ageMs: clock.now().getTime() - made.mtimeMs } : { state: "free" };
  }
  return { state: await lifeOf(holder), holder };
}

/**
 * Removes a lock whose holder is dead, or that nobody finished writing within a minute. Throws `LOCKED` for any other. With `force`, which
 * the caller must have asked a person about, also one held on another machine; never one whose holder lives here.
 */
export async function breakLock(
  file: string,
  { clock, what, force = false }: Omit<LockOptions, "run"> & { force?: boolean },
): Promise<void> {
  const found = await inspectLock(file, clock);
  const dead = found.state === "dead" || (found.state === "unreadable" && (force || found.ageMs > 60_000));
  if (found.state !== "free" && !dead && !(force && found.state === "elsewhere")) throw lockedError(file, found, what);
  await rm(file, { force: true });
}

/** `LOCKED`, in words. */
export function lockedError(file: string, found: LockState, what: string): ResyncError {
  if (found.state === "free" || found.state === "unreadable") {
    return new ResyncError("LOCKED", {
      message: `Somebody locked ${what} this very moment, or died while doing so: ${file} names no holder.`,
      state: "Nothing was changed.",
      hint: 'Try again in a minute; if it stays, run "resync unlock".',
      facts: { lock: file },
    });
  }
  const { run, host, user, pid, since } = found.holder;
  const by = `run ${run} of ${user} on ${host} (process ${pid}) since ${since}`;
  const dead = found.state === "dead";
  return new ResyncError("LOCKED", {
    message: `${what} is locked by ${by}${dead ? ", which no longer runs" : ""}.`,
    state: "Nothing was changed.",
    hint: dead
      ? 'It was cut off. Run "resync recover" to finish or undo what it left; "resync unlock" only removes the lock.'
      : found.state === "alive"
        ? "Wait for it to end."
        : `Whether it still runs can only be seen on ${host}. If it does not: "resync recover" there, or "resync unlock".`,
    facts: { lock: file, run, host, user, pid, since, holder: found.state },
  });
}

function heldLock(file: string, holder: LockHolder): Lock {
  return {
    file,
    holder,
    async release() {
      const text = await readFile(file, "utf8").catch(() => "");
      const now = readHolder(text);
      if (now?.run === holder.run && now.pid === holder.pid) await rm(file, { force: true });
    },
  };
}

/** Makes a lock file. One that cannot be written is not left behind. */
async function writeHolder(file: string, holder: LockHolder): Promise<void> {
  const handle = await open(file, "wx", 0o644);
  try {
    await handle.writeFile(`${JSON.stringify(holder)}\n`);
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw aboutFile(error, file);
  } finally {
    await handle.close();
  }
}
