import type { DssChange, FoundState } from "./change.ts";
import { DXA_SERVICE } from "./dss-host.ts";
import type { PutBackScene } from "./put-back-scene.ts";
import { continueService, settledState, startService, stopService } from "./service-state.ts";

/** Brings the service into the state in which it was found, if this run has touched it. */
export async function putBackService(scene: PutBackScene): Promise<void> {
  const found = foundState(scene.changes);
  if (found === undefined) return;
  const { host } = scene;
  const { state } = await settledState(host, scene);
  if (state === found) {
    scene.done(`${DXA_SERVICE} is ${found}, as found`);
    return;
  }
  const act = found === "stopped" ? stopService : state === "paused" ? continueService : startService;
  await scene.act({ kind: "restore-service", service: DXA_SERVICE, state: found }, () => act(host, scene));
  scene.done(`${DXA_SERVICE} was ${found === "running" ? "started" : "stopped"} again, as found`);
}

/** The state in which the service was before these changes; `undefined` when none of them touched it. */
export function foundState(changes: readonly DssChange[]): FoundState | undefined {
  for (const change of changes) {
    if ("found" in change) return change.found;
  }
  return undefined;
}
