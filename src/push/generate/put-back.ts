import { asResyncError, hasCode, ResyncError } from "../../errors.ts";
import type { Journal, JournalData } from "../../journal/journal.ts";
import type { DssChange } from "./change.ts";
import { DXA_SERVICE, type DssHost } from "./dss-host.ts";
import { putBackFiles } from "./put-back-files.ts";
import { foundState, putBackService } from "./put-back-service.ts";
import type { PutBackScene, PutBackTools } from "./put-back-scene.ts";
import { putBackValue } from "./put-back-value.ts";

/** What is now where on the DSS: sentences for people. */
export interface PutBack {
  /** What was put back, and what is kept where. */
  readonly done: readonly string[];
  /** What could not be put back and needs a hand. Empty when the DSS is as it was found. */
  readonly trouble: readonly Trouble[];
}

/** One thing that could not be put back. `text` is its error's message and what it was about. */
export interface Trouble {
  readonly text: string;
  readonly error: ResyncError;
}

/** The journal's step for acts of putting back. */
export const PUT_BACK_STEP = "generate.put-back";

/** Tries of an act before it counts as trouble: a line that drops for a moment must not leave the value behind. */
const TRIES = 3;

/**
 * Undoes changes on a DSS, whoever made them and however far they got: looks first, so that it can be done again. Values first,
 * because a service started with the trigger still set would write a list; then the service as found; then, with `files`, what lies in
 * Dxadata. Never throws and does not listen to the run's signal; it has its own time limit. The trouble it meets is told.
 */
export async function putBack(
  host: DssHost,
  changes: readonly DssChange[],
  tools: PutBackTools,
  files: "put-back" | "leave",
): Promise<PutBack> {
  const done: string[] = [];
  const trouble: Trouble[] = [];
  const limit = timeLimit(tools.stateTimeoutMs * 2 + 60_000);
  const scene: PutBackScene = {
    ...tools,
    host,
    changes,
    signal: limit.signal,
    done: (text) => void done.push(text),
    act: (what, act) => journaledAnyway(tools.journal, { host: host.label, ...what }, act),
  };
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    try {
      await persistently(scene, act);
    } catch (error) {
      const known = asResyncError(error);
      const text = `${what}: ${known.message.replace(`${host.label}: `, "").replace(/\.$/u, "")}`;
      trouble.push({ text, error: known.with({ message: `On ${host.label} ${text}.` }) });
    }
  };
  for (const change of changes.toReversed()) {
    if (change.kind === "write-value")
      await attempt(`${change.name} was not put back`, () => putBackValue(scene, change));
  }
  await attempt(`${DXA_SERVICE}, found ${foundState(changes)}, was not put back`, () => putBackService(scene));
  if (files === "put-back") await attempt("Dxadata was not put in order", () => putBackFiles(scene));
  limit.clear();
  return { done, trouble };
}

function timeLimit(ms: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const over = new ResyncError("STALLED", { message: `putting the DSS back took longer than ${ms / 1000} s` });
  const timer = setTimeout(() => controller.abort(over), ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

async function persistently({ clock, pollMs, signal }: PutBackScene, act: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await act();
    } catch (error) {
      const final = hasCode(
        error,
        "ACCESS_DENIED",
        "SERVICE_STUCK",
        "SERVICE_START_FAILED",
        "SERVICE_STOP_FAILED",
        "AUTH_FAILED",
      );
      if (final || tried >= TRIES || signal.aborted) throw error;
      await clock.sleep(pollMs, signal);
    }
  }
}

/** Runs `act` once, journaled if the journal still takes lines; it matters more than its record. */
async function journaledAnyway(journal: Journal, what: JournalData, act: () => Promise<void>): Promise<void> {
  let outcome: Promise<void> | undefined;
  const once = (): Promise<void> => (outcome ??= act());
  try {
    await journal.act(PUT_BACK_STEP, what, once);
  } catch {
    await once();
  }
}
