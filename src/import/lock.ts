import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { acquireLock, type Lock } from "../journal/lock.ts";
import { step } from "../report/step.ts";
import { undoing } from "./journaled.ts";
import { findName, spell, type Postoffice } from "./postoffice/postoffice.ts";
import { parentMark } from "./runner/parent-mark.ts";
import { STEP } from "./trace.ts";
import { beforeAnyChange } from "./untouched.ts";

const NAME = "RESYNC.LCK";

/** The lock file of a postoffice: in its root, so that every machine that reaches the postoffice sees it. 8.3, in the spelling of the tree. */
export async function lockFile(postoffice: Postoffice): Promise<string> {
  const { root } = postoffice;
  return join(root, (await findName(root, NAME)) ?? spell(postoffice, NAME));
}

/** What messages call the locked thing. */
export function lockedThing({ root }: Postoffice): string {
  return `The postoffice ${root}`;
}

/** Locks the postoffice for this run. Throws `LOCKED`. */
export async function lockPostoffice(postoffice: Postoffice, context: RunContext): Promise<Lock> {
  const { reporter, journal, clock } = context;
  return step(reporter, "import-lock", "Lock the postoffice", async () => {
    const file = await lockFile(postoffice);
    let taken: Lock | undefined;
    const take = async () => {
      taken = await acquireLock(file, { run: journal.run, clock, what: lockedThing(postoffice) });
      return taken;
    };
    try {
      const value = await journal.act(STEP.lock, { root: postoffice.root, lock: file, mark: await parentMark() }, take);
      return { found: file, facts: { lock: file }, value };
    } catch (error) {
      await taken?.release();
      throw beforeAnyChange(error);
    }
  });
}

/** Gives the lock back: the last thing an import does with a postoffice. */
export async function unlockPostoffice(lock: Lock, { journal }: RunContext): Promise<void> {
  await undoing(journal, STEP.unlock, { lock: lock.file }, async () => lock.release());
}
