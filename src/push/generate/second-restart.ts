import type { RunContext } from "../../context.ts";
import { step } from "../../report/step.ts";
import { changeLog, SETTLED_STEP, type FoundState } from "./change.ts";
import { DXA_SERVICE, type DssHost } from "./dss-host.ts";
import type { GenerateRequest } from "./request.ts";
import { settledState, startService, stopService, type StateWait } from "./service-state.ts";
import { undo } from "./settle.ts";

/**
 * Restarts the service without the trigger, as the notes of Exchange 5.0 prescribe behind each list (Q156063), and leaves it in the state
 * in which it is now. Only when Resync.glb is out of Dxadata: a Dirsync Requestor role would load it (Q156124). Journaled; on any failure
 * the service is put back and the error says how it stands.
 */
export async function restartOnceMore(
  host: DssHost,
  request: Pick<GenerateRequest, "stateTimeoutMs" | "pollMs">,
  context: RunContext,
): Promise<void> {
  await step(context.reporter, "dss-second-restart", "Restart the service once more", async () => {
    const { stateTimeoutMs, pollMs } = request;
    const wait: StateWait = { ...context, stateTimeoutMs, pollMs };
    const changes = changeLog(host, context);
    try {
      const found: FoundState = (await settledState(host, wait)).state === "stopped" ? "stopped" : "running";
      const acts = found === "running" ? [stopService, startService] : [startService, stopService];
      await changes.make({ kind: "restart-service", service: DXA_SERVICE, found }, async () => {
        for (const act of acts) await act(host, wait);
      });
      await context.journal.note(SETTLED_STEP, { host: host.label });
      return { found: `${found}, as before`, facts: { found }, value: undefined };
    } catch (error) {
      throw await undo(host, request, changes.made, context, error);
    }
  });
}
