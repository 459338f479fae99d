import type { RunContext } from "../../context.ts";
import type { DssFindings } from "./check.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE, type DssHost, type RegistryValue } from "./dss-host.ts";
import { freeKeptName } from "./kept-name.ts";
import { withFolder } from "./locate.ts";
import { showValue } from "./registry-data.ts";
import { registryToJson } from "./registry-json.ts";
import type { GenerateRequest } from "./request.ts";

/** Tells every act of a generation, with the literal value, command and path, in the order in which they would be done. */
export async function tellPlan(
  host: DssHost,
  request: GenerateRequest,
  { folders, service, stale, switches }: DssFindings,
  { reporter, clock }: RunContext,
): Promise<void> {
  const would = (act: string, facts: Record<string, unknown>): void =>
    reporter.emit({ type: "would", act, facts: { host: host.label, ...facts } });
  const set = (name: string, value: RegistryValue): void =>
    would(`set ${DXA_KEY}\\${name} to ${showValue(value)}`, { key: DXA_KEY, name, value: registryToJson(value) });

  would(`export ${DXA_KEY} to ${request.backupFile}`, { key: DXA_KEY, file: request.backupFile });
  if (stale !== undefined) {
    const kept = await withFolder(host, folders.dxadata, (place) => freeKeptName(place, clock.now()));
    would(`rename ${folders.dxadata}\\${stale} to ${kept}`, { folder: folders.dxadata, from: stale, to: kept });
  }
  for (const { name, value } of switches) set(name, value);
  set(TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: request.requestors });
  if (service === "running") would(`net stop ${DXA_SERVICE}`, { service: DXA_SERVICE });
  would(`net start ${DXA_SERVICE}`, { service: DXA_SERVICE });
  if (request.kickAfterMs !== undefined) {
    would(`net pause ${DXA_SERVICE} if nothing appears within ${request.kickAfterMs / 1000} s`, {
      service: DXA_SERVICE,
    });
  }
  const file = `${folders.dxadata}\\Resync.glb`;
  would(`wait up to ${request.timeoutMs / 1000} s for ${file} and copy it to ${request.privateCopy}`, {
    file,
    copy: request.privateCopy,
    timeoutMs: request.timeoutMs,
  });
  for (const { name, previous } of switches.toReversed()) {
    const back =
      previous === undefined ? `remove ${DXA_KEY}\\${name}` : `set ${DXA_KEY}\\${name} back to ${showValue(previous)}`;
    would(back, { key: DXA_KEY, name });
  }
  if (service === "stopped") would(`net stop ${DXA_SERVICE}`, { service: DXA_SERVICE });
  if (request.secondRestart === true) {
    would(`restart ${DXA_SERVICE} once more when the list is out of Dxadata`, { service: DXA_SERVICE });
  }
}
