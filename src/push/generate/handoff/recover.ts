import { rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../../errors.ts";
import type { JournalEntry } from "../../../journal/journal.ts";
import { HANDOFF } from "./names.ts";
import { PREPARE_STEP } from "./prepare.ts";
import { readState } from "./state.ts";

/** What became of a push over a handoff that was cut off. */
export interface HandoffMended {
  readonly outcome: "waiting" | "undone";
  readonly state: string;
}

/**
 * Puts the folder of a cut-off push in order, by its journal: a handoff that is whole stands, and its answer can be waited for; files
 * of one that was cut off while it was written are taken away. The DSS is put back by the command file alone. With `dryRun` only tells.
 * Throws what the file system says.
 */
export async function recoverHandoff(entries: readonly JournalEntry[], dryRun: boolean): Promise<HandoffMended> {
  const begun = entries.find((entry) => entry.type === "intent" && entry.step === PREPARE_STEP);
  const { folder, files } = begun?.type === "intent" ? begun.data : {};
  if (typeof folder !== "string" || !Array.isArray(files)) {
    return { outcome: "undone", state: "It had written nothing for the operator." };
  }
  if (await isWhole(folder)) {
    const state = `The handoff in ${folder} is whole: wait for its answer with resync push … --resume.`;
    return { outcome: "waiting", state };
  }
  for (const name of dryRun ? [] : files) await rm(join(folder, String(name)), { force: true });
  return {
    outcome: "undone",
    state: `${HANDOFF.state} had not been written; the other files were taken out of ${folder}.`,
  };
}

/** The state file is written last. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    await readState(folder);
    return true;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "FILE_NOT_USABLE")) return false;
    throw error;
  }
}
