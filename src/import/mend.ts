import { rm, truncate } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { asResyncError, ResyncError, throwIfAborted } from "../errors.ts";
import { step } from "../report/step.ts";
import type { Change } from "./change.ts";
import { syncFolder } from "../sync-folder.ts";
import { forceToDisk } from "./durable.ts";
import { proveQuiet } from "./leftovers.ts";
import type { Check } from "./postoffice/check.ts";
import { HALF_MADE_LISTS, isTemporary, QUEUES } from "./postoffice/layout.ts";
import { saveAfter } from "./snapshot/snapshot.ts";
import { stateOf, type FileState, type PostofficeState } from "./snapshot/state.ts";
import { STEP } from "./trace.ts";
import { undoMend } from "./undo.ts";

/** One thing that mending does to a file. */
export interface MendAct {
  readonly do: "empty" | "delete";
  readonly file: FileState;
  /** Where the remedy is written. */
  readonly article: string;
}

/** How long the postoffice must be quiet before anything is mended: what a running IMPORT needs is no left-over. Milliseconds. */
const QUIET_MS = 2000;

/** True for a refusal whose documented remedy is nothing but emptying or deleting left-over files. */
export function isMendable({ id, outcome }: Check): boolean {
  return outcome === "refused" && ["queues", "temporaries", "sortlock", "resync"].includes(id);
}

/**
 * What the remedies of Q122750, Q112301 and Q134228 come to in a postoffice: full queues are emptied; temporaries, half-made lists, SORTLOCK.GLB
 * and a RESYNC.GLB that was left are deleted. Pure.
 */
export function mendActs(before: PostofficeState): MendAct[] {
  return [...before.values()].flatMap((file): MendAct[] => {
    const { key, size } = file;
    const name = key.startsWith("GLB/") ? key.slice(4) : "";
    if (QUEUES.some((queue) => queue === name)) return size > 0 ? [{ do: "empty", file, article: "Q122750" }] : [];
    if (name === "SORTLOCK.GLB") return [{ do: "delete", file, article: "Q112301" }];
    if (name === "RESYNC.GLB" || isTemporary(name)) return [{ do: "delete", file, article: "Q122750" }];
    return HALF_MADE_LISTS.some((list) => list === key) ? [{ do: "delete", file, article: "Q134228" }] : [];
  });
}

/** An act in words: `empty GLB\SRVTRANS.GLB (120 bytes)`. */
export function showMend({ do: what, file }: MendAct): string {
  return `${what} ${file.path.replaceAll("/", "\\")} (${file.size} bytes)`;
}

/**
 * Applies the remedies after the snapshot was taken, so that every roll-back brings the files back. What will be is kept beside the
 * snapshot before the first act: a mending that is cut off can be undone and proved. Throws `POSTOFFICE_NOT_READY` with nothing mended while
 * somebody works on the postoffice, and what the file system throws, with everything mended brought back.
 */
export async function mend(change: Change): Promise<Change> {
  const { context, postoffice, snapshot } = change;
  const { reporter, journal, clock, signal } = context;
  const acts = mendActs(snapshot.before);
  if (acts.length === 0) return change;
  return step(reporter, "import-mend", "Mend what an earlier import left behind", async () => {
    await proveQuiet(postoffice, clock, QUIET_MS).catch(busy);
    const before = mended(snapshot.before, acts);
    await saveAfter("mend", snapshot.folder, postoffice.root, before);
    try {
      await applyAll();
    } catch (error) {
      throw asResyncError(error).with({ state: await undoMend(context, postoffice, snapshot) });
    }
    const paths = acts.map(({ file }) => file.path);
    const value = { ...change, before, mended: acts.length };
    return { found: `${acts.length} files`, facts: { mended: paths }, value };
  });

  async function applyAll(): Promise<void> {
    for (const act of acts) {
      throwIfAborted(signal);
      const path = join(postoffice.root, act.file.path);
      await journal.act(STEP.mend, { do: act.do, path, bytes: act.file.size }, async () => apply(act, path));
      reporter.emit({
        type: "note",
        text: `Mended: ${showMend(act)}. It is kept in the snapshot (${act.article}).`,
        facts: { path, do: act.do, bytes: act.file.size },
      });
    }
  }
}

function busy(error: unknown): never {
  const { message } = asResyncError(error);
  throw new ResyncError("POSTOFFICE_NOT_READY", {
    message: `${message} Left-overs of a program that still works are not mended.`,
    state: "The postoffice was not changed.",
    hint: "See that IMPORT, DISPATCH, EXTERNAL and ADMIN do not run on this postoffice, then try again.",
    cause: error,
  });
}

async function apply({ do: what }: MendAct, path: string): Promise<void> {
  if (what === "empty") {
    await truncate(path, 0);
    return forceToDisk(path);
  }
  await rm(path);
  await syncFolder(dirname(path));
}

function mended(before: PostofficeState, acts: readonly MendAct[]): PostofficeState {
  const sha256 = createHash("sha256").digest("hex");
  const touched = new Map(acts.map((act) => [act.file.key, act.do]));
  return stateOf(
    [...before.values()].flatMap((file) => {
      const act = touched.get(file.key);
      if (act === undefined) return [file];
      return act === "empty" ? [{ ...file, size: 0, sha256 }] : [];
    }),
  );
}
