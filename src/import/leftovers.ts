import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { asResyncError, ResyncError } from "../errors.ts";
import { stillRuns, type ProcessIdentity } from "../journal/process-identity.ts";
import { parseLog } from "./dirsync-log/decode.ts";
import { readGained, type LogMark } from "./dirsync-log/gained.ts";
import { splitRuns } from "./dirsync-log/runs.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import { findLog } from "./dirsync-log/find-log.ts";
import { findMarked } from "./runner/parent-mark.ts";
import { endGroup } from "./runner/process-group.ts";
import { loadAfter, type Snapshot } from "./snapshot/snapshot.ts";
import type { ImportTrace } from "./trace.ts";
import { signsOfLife } from "./watchdog.ts";

/** A killed process goes at once, unless it hangs in the file system. */
const GONE_WITHIN_MS = 30_000;

/**
 * Ends the programs that a cut-off run left running: those it journaled, told by process number and start, and, because a crash may come before
 * that, all that carry its mark. Then proves that nobody works on the postoffice any more. Returns how many there were. Throws
 * `IMPORT_UNDETERMINED` for one that does not end, or that this system cannot tell from a later process of the same number.
 */
export async function endLeftovers(
  { processes, parentMark }: Pick<ImportTrace, "processes" | "parentMark">,
  quiet: () => Promise<void>,
): Promise<number> {
  let ended = 0;
  for (const left of processes) {
    if (!(await stillRuns(left))) continue;
    if (left.start === undefined || !(await endGroup(left.pid))) throw stillThere(left.pid);
    ended += 1;
  }
  ended += await endMarked(parentMark);
  for (;;) {
    const noise = await quiet().catch((error: unknown) => asResyncError(error));
    // A program that was about to start when the run died carries the mark only a moment later.
    const late = await endMarked(parentMark);
    ended += late;
    if (late > 0) continue;
    if (noise) throw noise;
    return ended;
  }
}

async function endMarked(mark: string | undefined): Promise<number> {
  const marked = mark === undefined ? [] : await findMarked(mark);
  for (const { pid } of marked) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
  for (const left of marked) await waitUntilGone(left);
  return marked.length;
}

async function waitUntilGone(left: ProcessIdentity): Promise<void> {
  for (let waited = 0; await stillRuns(left); waited += 20) {
    if (waited > GONE_WITHIN_MS) throw stillThere(left.pid);
    await delay(20);
  }
}

/** Proves that nobody works on the postoffice, by looking twice. Throws `IMPORT_UNDETERMINED` when something changed in between. */
export async function proveQuiet(postoffice: Postoffice, clock: Clock, quietMs: number): Promise<void> {
  const first = await signsOfLife(postoffice);
  await clock.sleep(quietMs);
  if ((await signsOfLife(postoffice)) === first) return;
  throw new ResyncError("IMPORT_UNDETERMINED", {
    message: `Something writes to ${postoffice.root} at this moment.`,
    state: "Nothing was put back.",
    hint: 'See that IMPORT, DISPATCH, EXTERNAL and ADMIN do not run on this postoffice, then run "resync recover" again.',
    facts: { postoffice: postoffice.root },
  });
}

/**
 * Without a kept state from right after IMPORT, only DIRSYNC.LOG tells whether others came after it. Throws `ROLLBACK_REFUSED` when the log
 * shows another dirsync program since: putting back would undo its work too.
 */
export async function proveAlone(postoffice: Postoffice, snapshot: Snapshot, mark: LogMark | undefined): Promise<void> {
  if (mark === undefined || (await loadAfter("import", snapshot.folder))) return;
  const { bytes } = await readGained(await findLog(postoffice), mark);
  const runs = splitRuns(parseLog(bytes)).flatMap(({ banner }) => banner ?? []);
  if (runs.length === 0 || (runs.length === 1 && runs[0]?.program === "IMPORT")) return;
  const programs = runs.map(({ program, version }) => `${program} ${version}`);
  throw new ResyncError("ROLLBACK_REFUSED", {
    message: `${postoffice.root} cannot be rolled back: after the import was cut off, others worked on it. DIRSYNC.LOG shows ${programs.join(", ")}.`,
    state: `Nothing was put back. As it was before the import stands in ${snapshot.folder}.`,
    hint: 'Look at the addresses in ADMIN. If they are right, keep the postoffice and run "resync unlock"; if not, restore a backup.',
    facts: { postoffice: postoffice.root, programs },
  });
}

function stillThere(pid: number): ResyncError {
  return new ResyncError("IMPORT_UNDETERMINED", {
    message: `Process ${pid}, which the cut-off run started, seems to run still.`,
    state: "Nothing was put back: it may write to the postoffice.",
    hint: `End process ${pid} if it is IMPORT or its emulator, then run "resync recover" again.`,
    facts: { pid },
  });
}
