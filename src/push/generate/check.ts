import type { RunContext } from "../../context.ts";
import type { Check } from "../../check.ts";
import { checkRole } from "./check-role.ts";
import type { FoundState } from "./change.ts";
import {
  DXA_KEY,
  DXA_SERVICE,
  GLOBAL_MAX_VALUE,
  PAUSE_KICKS_VALUE,
  TRIGGER_VALUE,
  type DssHost,
  type RegistryValue,
} from "./dss-host.ts";
import { vitalChecks } from "./checks/run-checks.ts";
import { resyncAmong } from "./kept-name.ts";
import { splitWindowsPath, withFolder, type DssFolders, type ServiceValues } from "./locate.ts";
import { notReady } from "./not-ready.ts";
import { showValue } from "./registry-data.ts";
import type { GenerateRequest } from "./request.ts";
import { atLeast, GLOBAL_MAX_SINCE } from "./version.ts";
import type { ValueToWrite } from "./write-verified.ts";

/** What the checks found: all that is decided before the first change. */
export interface DssFindings {
  readonly folders: DssFolders;
  readonly service: FoundState;
  readonly dxaVersion: string | undefined;
  /** Name of the Resync.glb that lies in Dxadata already, as the host spells it. */
  readonly stale: string | undefined;
  /** The header's numbers will be the maxima over all requestors (Q215505). */
  readonly globalMax: boolean;
  /** Values to set beside the trigger for the time of the run. */
  readonly switches: readonly ValueToWrite[];
}

/** Looks at everything that a generation depends on, changing nothing. `DSS_NOT_READY` with the reason when it must not begin. */
export async function checkDss(
  host: DssHost,
  request: GenerateRequest,
  { folders, values }: { folders: DssFolders; values: ServiceValues },
  context: RunContext,
): Promise<DssFindings> {
  refuseTrigger(host, values);
  const service = await checkService(host);
  await checkRole(host, context);
  const dxaVersion = await checkProgram(host, folders);
  const dxadata = await withFolder(host, folders.dxadata, (place) => place.list());
  tellChecks(host, await vitalChecks({ host, values, folders, dxaVersion, dxadata }), context);
  const globalMax = values.get(GLOBAL_MAX_VALUE);
  const setGlobalMax = decideGlobalMax(request.globalMax ?? "auto", dxaVersion, globalMax);
  const wanted = [
    ...(setGlobalMax ? [GLOBAL_MAX_VALUE] : []),
    ...(decideKick(host, request) ? [PAUSE_KICKS_VALUE] : []),
  ];
  return {
    folders,
    service,
    dxaVersion,
    stale: resyncAmong(dxadata)?.name,
    globalMax: setGlobalMax || isOne(globalMax),
    switches: wanted
      .map((name) => ({ name: values.spelled(name), previous: values.get(name), value: ONE }))
      .filter(({ previous }) => !isOne(previous)),
  };
}

const ONE: RegistryValue = { type: "REG_DWORD", data: 1 };

function isOne(value: RegistryValue | undefined): boolean {
  return value?.type === "REG_DWORD" && value.data === 1;
}

/** Whether the service may have to be paused. Set in any version: a server upgraded from 4.0 needs the value too. */
function decideKick(host: DssHost, { kickAfterMs }: GenerateRequest): boolean {
  if (kickAfterMs === undefined) return false;
  if (host.capabilities.pause) return true;
  throw notReady(`${host.label} cannot send the pause control.`, { hint: "Leave --kick-after out." });
}

/** Throws `DSS_NOT_READY` when the trigger stands in the registry already. */
export function refuseTrigger(host: DssHost, values: ServiceValues): void {
  const present = values.get(TRIGGER_VALUE);
  if (present === undefined) return;
  throw notReady(`${TRIGGER_VALUE} stands in the registry of ${host.label} already: ${showValue(present)}.`, {
    hint: `Somebody else is having a list made, or an earlier attempt left it (then: resync recover). If nobody needs it, delete the value from ${DXA_KEY} and try again.`,
    reference: "Q150976",
    facts: { key: DXA_KEY, value: showValue(present) },
  });
}

/** The state in which a generation would find the service. `DSS_NOT_READY` for any other state, and for a disabled service. */
export async function checkService(host: DssHost): Promise<FoundState> {
  const { state, startType } = await host.queryService(DXA_SERVICE);
  if (startType === "disabled") {
    throw notReady(`The service ${DXA_SERVICE} on ${host.label} is disabled.`, {
      hint: "Set it to automatic or manual (Start=2 or 3) if this server is to be the DSS.",
      reference: "Q176566",
      facts: { service: DXA_SERVICE, startType },
    });
  }
  if (state === "running" || state === "stopped") return state;
  throw notReady(`The service ${DXA_SERVICE} on ${host.label} is ${state}.`, {
    hint: "Wait until it is running or stopped; a service that stays so needs a look at the event log of the DSS.",
    reference: "Q139057, Q180001",
    facts: { service: DXA_SERVICE, state },
  });
}

/** Version of Dxa.exe, where the host can tell. `DSS_NOT_READY` when it is not where the service's key says. */
export async function checkProgram(host: DssHost, { dxaExe }: DssFolders): Promise<string | undefined> {
  if (dxaExe === undefined) return undefined;
  const version = host.capabilities.fileVersion ? await host.fileVersion(dxaExe) : undefined;
  if (version !== undefined) return version;
  const { folder, name } = splitWindowsPath(dxaExe);
  const names = await withFolder(host, folder, (place) => place.list());
  if (names.some((entry) => entry.name.toLowerCase() === name.toLowerCase())) return undefined;
  throw notReady(`There is no ${dxaExe} on ${host.label}: the service could not be started again.`, {
    hint: "Compare ImagePath in the service's key with the folder in which Exchange is installed.",
    reference: "Q143380",
    facts: { path: dxaExe },
  });
}

/** Says what may spoil the list; refuses what would keep the service from starting again. */
function tellChecks(host: DssHost, checks: readonly Check[], { reporter }: RunContext): void {
  for (const { id, title, outcome, found, remedy, article } of checks) {
    const more = { hint: remedy, ...(article === undefined ? {} : { reference: article }), facts: { check: id } };
    if (outcome === "refused") throw notReady(`${title} on ${host.label}: ${found}.`, more);
    if (outcome === "warning") reporter.emit({ type: "warning", text: `${title}: ${found}.`, ...more });
  }
}

function decideGlobalMax(
  wanted: "auto" | "on" | "off",
  version: string | undefined,
  before: RegistryValue | undefined,
): boolean {
  const known = version !== undefined && atLeast(version, GLOBAL_MAX_SINCE);
  if (wanted === "on" && version !== undefined && !known) {
    throw notReady(`Dxa.exe ${version} does not know ${GLOBAL_MAX_VALUE}.`, {
      hint: `It needs Dxa.exe ${GLOBAL_MAX_SINCE} or later (Exchange 5.5 SP3). Leave --global-max out.`,
      reference: "Q215505",
      facts: { dxaVersion: version },
    });
  }
  return !isOne(before) && (wanted === "on" || (wanted === "auto" && known));
}
