import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { ResyncError } from "../errors.ts";
import type { FolderName } from "./postoffice/layout.ts";
import { takeCensus } from "./postoffice/census.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import type { DosCall, ImportRunner, ProgramEnd } from "./runner/import-runner.ts";

/** How long a DOS program may take, milliseconds. No article bounds it: 9 s and 25 minutes are printed, and many hours for large lists (Q134228, Q96060). */
export interface Limits {
  /** Without any sign of life. */
  readonly idleMs: number;
  /** In all, however busy it looks: a program can also hang busily (Q111703). */
  readonly overallMs: number;
  /** How often to look. */
  readonly pollMs: number;
}

/** Twenty minutes, and the eight hours that DISPATCH's run window allows (Q119590). */
export const DEFAULT_LIMITS: Limits = { idleMs: 20 * 60_000, overallMs: 8 * 3_600_000, pollMs: 1000 };

/** The limits asked for, the default where none is. */
export function limitsOf(asked: Partial<Limits> = {}): Limits {
  const { idleMs, overallMs, pollMs } = DEFAULT_LIMITS;
  return { idleMs: asked.idleMs ?? idleMs, overallMs: asked.overallMs ?? overallMs, pollMs: asked.pollMs ?? pollMs };
}

/** Where a working IMPORT or REBUILD leaves traces: queues, temporaries, new lists, the log. */
const LIVELY: readonly FolderName[] = ["GLB", "INF", "LOG", "NME", "USR"];

export interface WatchOptions {
  clock: Clock;
  limits: Limits;
  /** Ends the program as well; then `reason` is what it carries. */
  signal: AbortSignal;
  onScreen?: (text: string) => void;
  onStart?: (pid: number) => void;
  /** Called at each look with the milliseconds since the last sign of life. */
  onLook?: (idleMs: number) => void;
}

/**
 * Runs a program and ends it when it shows no sign of life for `idleMs` or takes longer than `overallMs`. Signs of life: the screen, and any
 * file of the postoffice's working folders that grows, shrinks, comes, goes or is written to. Ctrl-C would not end it: IMPORT ignores it
 * (Q93569). Throws what the runner throws.
 */
export async function runWatched(
  postoffice: Postoffice,
  runner: ImportRunner,
  call: DosCall,
  options: WatchOptions,
): Promise<ProgramEnd> {
  const { clock, limits, signal, onScreen, onStart, onLook } = options;
  const expired = new AbortController();
  const over = new AbortController();
  let screen = 0;
  const running = runner.run(call, {
    signal: AbortSignal.any([signal, expired.signal]),
    onScreen(text) {
      screen += text.length;
      onScreen?.(text);
    },
    ...(onStart ? { onStart } : {}),
  });
  const watching = watch();
  try {
    return await running;
  } finally {
    over.abort();
    await watching;
  }

  async function watch(): Promise<void> {
    const begin = clock.monotonic();
    let life = "";
    let alive = begin;
    while (!over.signal.aborted && !expired.signal.aborted) {
      const now = `${screen} ${await signsOfLife(postoffice)}`;
      const at = clock.monotonic();
      if (now !== life) alive = at;
      life = now;
      onLook?.(at - alive);
      if (at - begin >= limits.overallMs) expired.abort(tooLong(call, limits));
      else if (at - alive >= limits.idleMs) expired.abort(noLife(call, limits));
      else await clock.sleep(limits.pollMs, over.signal).catch(() => undefined);
    }
  }
}

/** A text that changes whenever a program works on the postoffice; never throws. */
export async function signsOfLife(postoffice: Postoffice): Promise<string> {
  try {
    const { entries } = await takeCensus(postoffice, LIVELY);
    const hash = createHash("sha256");
    for (const { path, size, mtimeMs } of entries.values()) hash.update(`${path} ${size} ${mtimeMs}\n`);
    return hash.digest("hex");
  } catch {
    return "unreadable";
  }
}

function noLife({ program }: DosCall, { idleMs }: Limits): ResyncError {
  return new ResyncError("STALLED", {
    message: `${program} showed no sign of life for ${minutes(idleMs)}: no screen text, no change to log, queues or lists. It was ended.`,
    hint: "A damaged master list can hang IMPORT (Q122689). If it only needed longer, allow more.",
    facts: { program, idleMs },
  });
}

function tooLong({ program }: DosCall, { overallMs }: Limits): ResyncError {
  return new ResyncError("STALLED", {
    message: `${program} was still at work after ${minutes(overallMs)} and was ended.`,
    hint: "A damaged master list can keep IMPORT busy for ever (Q111703). If it only needed longer, allow more.",
    facts: { program, overallMs },
  });
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}
