import { ResyncError } from "../../errors.ts";
import type { DssChange } from "./change.ts";
import { TRIGGER_VALUE } from "./dss-host.ts";
import type { PutBackScene } from "./put-back-scene.ts";
import { registryToJson } from "./registry-json.ts";
import { sameValue, showValue } from "./registry-data.ts";

/**
 * Puts a registry value back as it was found, if what stands there is ours. A trigger that is gone was taken by the DSS; what somebody
 * else has written since is left alone and told.
 */
export async function putBackValue(
  scene: PutBackScene,
  { key, name, previous, value }: Extract<DssChange, { kind: "write-value" }>,
): Promise<void> {
  const { host } = scene;
  const current = await host.readValue(key, name);
  if (sameValue(current, previous)) {
    if (name === TRIGGER_VALUE) scene.done(`${name} is not set`);
    return;
  }
  if (!sameValue(current, value)) {
    if (current === undefined && name === TRIGGER_VALUE) return;
    scene.done(`${name} now is ${showValue(current)}, which resync has not written; it was left alone`);
    return;
  }
  const json = previous === undefined ? null : registryToJson(previous);
  await scene.act({ kind: "restore-value", key, name, value: json }, async () => {
    await (previous === undefined ? host.deleteValue(key, name) : host.writeValue(key, name, previous));
    const after = await host.readValue(key, name);
    if (!sameValue(after, previous)) throw notRestored(host.label, name, showValue(after), showValue(previous));
  });
  scene.done(previous === undefined ? `${name} was removed` : `${name} was set back to ${showValue(previous)}`);
}

function notRestored(label: string, name: string, is: string, should: string): ResyncError {
  return new ResyncError("VERIFY_FAILED", {
    message: `${name} on ${label} was to become ${should} and is ${is}.`,
    facts: { name, is, should },
  });
}
