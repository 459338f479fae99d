import type { RunContext } from "../../context.ts";
import { asResyncError, type ResyncError } from "../../errors.ts";
import { step } from "../../report/step.ts";
import { SETTLED_STEP, type DssChange } from "./change.ts";
import type { DssHost } from "./dss-host.ts";
import { putBack, type PutBack } from "./put-back.ts";
import type { GenerateRequest } from "./request.ts";

/**
 * The good end: registry and service as found; the list stays where the DSS has written it, an earlier one where it was set aside.
 * Throws the first trouble when the DSS cannot be put back.
 */
export async function leaveAsFound(
  host: DssHost,
  request: GenerateRequest,
  changes: readonly DssChange[],
  context: RunContext,
): Promise<void> {
  await step(context.reporter, "dss-put-back", "Leave the DSS as it was found", async () => {
    const result = await putBack(host, changes, { ...context, ...request }, "leave");
    const [first] = result.trouble;
    if (first !== undefined) throw first.error;
    await context.journal.note(SETTLED_STEP, { host: host.label });
    return { found: result.done.join("; "), facts: { done: result.done }, value: undefined };
  });
}

/** The bad end: puts back all that was changed, and returns the error to throw with the state that the DSS is in now. */
export async function undo(
  host: DssHost,
  request: Pick<GenerateRequest, "stateTimeoutMs" | "pollMs">,
  changes: readonly DssChange[],
  context: RunContext,
  cause: unknown,
): Promise<ResyncError> {
  const error = asResyncError(cause);
  if (changes.length === 0) return error.with({ state: error.state ?? "Nothing was changed on the DSS." });
  context.reporter.emit({ type: "step", id: "dss-put-back", title: "Put the DSS back as it was found" });
  const result = await putBack(host, changes, { ...context, ...request }, "put-back");
  tell(result, context);
  if (result.trouble.length === 0)
    await context.journal.note(SETTLED_STEP, { host: host.label }).catch(() => undefined);
  return error.with({
    state: stateOf(host, result),
    facts: { putBack: [...result.done], notPutBack: result.trouble.map(({ text }) => text) },
  });
}

/** The state of the DSS behind a `putBack`, for an error. */
export function stateOf(host: DssHost, { done, trouble }: PutBack): string {
  const told = done.length === 0 ? "there was nothing to put back" : done.join("; ");
  if (trouble.length === 0) return `${host.label} was put back: ${told}.`;
  return `${host.label} could NOT be put back completely: ${trouble.map(({ text }) => text).join("; ")}. Done so far: ${told}. Run resync recover when the cause is gone.`;
}

function tell({ done, trouble }: PutBack, { reporter }: RunContext): void {
  const [first] = trouble;
  const title = "Put the DSS back as it was found";
  if (first === undefined) {
    reporter.emit({ type: "step-done", id: "dss-put-back", title, found: done.join("; "), facts: { done } });
  } else {
    reporter.emit({ type: "step-failed", id: "dss-put-back", title, error: first.error });
  }
}
