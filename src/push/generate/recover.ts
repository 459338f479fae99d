import type { RunContext } from "../../context.ts";
import type { JournalEntry } from "../../journal/journal.ts";
import { journaledChanges, SETTLED_STEP } from "./change.ts";
import type { DssHost } from "./dss-host.ts";
import { putBack, type PutBack } from "./put-back.ts";
import { stateOf } from "./settle.ts";

/** How patient a recovery is. Milliseconds. */
export interface RecoverOptions {
  readonly stateTimeoutMs: number;
  readonly pollMs: number;
}

/**
 * Undoes what a cut-off run may have done to this host, from that run's journal: looks first, so it can be done again and again.
 * Entries for other hosts, and those of a run that had put everything back, are passed over. Returns what was mended (nothing when
 * nothing was left to do) and what trouble stood in the way; without trouble `context.journal` (the cut-off run's own, continued) notes
 * that the DSS is settled. With `context.dryRun` it only tells.
 */
export async function recoverGenerate(
  host: DssHost,
  entries: readonly JournalEntry[],
  context: RunContext,
  options: RecoverOptions = { stateTimeoutMs: 150_000, pollMs: 1000 },
): Promise<PutBack> {
  const changes = journaledChanges(entries, host.label);
  if (changes.length === 0) return { done: [], trouble: [] };
  if (context.dryRun) {
    for (const { kind, ...facts } of changes) {
      context.reporter.emit({ type: "would", act: `look at and undo: ${kind}`, facts: { host: host.label, ...facts } });
    }
    return { done: [], trouble: [] };
  }
  const result = await putBack(host, changes, { ...context, ...options }, "put-back");
  const state = stateOf(host, result);
  if (result.trouble.length === 0) await context.journal.note(SETTLED_STEP, { host: host.label });
  return { ...result, trouble: result.trouble.map(({ text, error }) => ({ text, error: error.with({ state }) })) };
}
