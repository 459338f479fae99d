import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { ResyncError, type ErrorCode } from "../../errors.ts";
import {
  DXA_KEY,
  DXA_SERVICE,
  PAUSE_KICKS_VALUE,
  TRIGGER_VALUE,
  type ServiceState,
  type ServiceStatus,
} from "../../push/generate/dss-host.ts";
import { atLeast, PAUSE_KICKS_SINCE } from "../../push/generate/version.ts";
import { endDxa, isAlive } from "./alive.ts";
import { logEvent } from "./events.ts";
import { programVersion } from "./file-version.ts";
import { readKnobs } from "./knobs.ts";
import { dssFiles } from "./paths.ts";
import { dxaProgram } from "./program.ts";
import { readRegistryValue } from "./registry.ts";
import { readJson, updateJson } from "./store.ts";

/** What the Service Control Manager knows of the service. Moments are milliseconds since 1970. */
export interface ServiceRecord {
  readonly state: ServiceState;
  /** What a pending state turns into, and when; `at` null means never. */
  readonly next: { readonly state: ServiceState; readonly at: number | null } | null;
  readonly win32ExitCode: number;
  /** Counts the starts, so that a DXA of an earlier start knows that its time is over. */
  readonly run: number;
  /** Pause controls heard since the start that make the DXA begin a cycle (Q146738). */
  readonly kicks: number;
  /** The DXA's process; null when it has nothing to do and has left, while the service goes on running. */
  readonly pid: number | null;
}

const MTA_SERVICE = "MSExchangeMTA";

const START_TYPES = { 2: "automatic", 3: "manual", 4: "disabled" } as const;

/** A stop waits so long for the DXA to leave by itself before it is ended. */
const PATIENCE_MS = 3000;

/** The DXA's state now, or the MTA's, on which it depends (Q143380). `NOT_FOUND` for any other service. */
export async function queryDxa(dir: string, name: string): Promise<ServiceStatus> {
  if (name.toUpperCase() === MTA_SERVICE.toUpperCase()) {
    const state = (await readKnobs(dir)).failure === "mta-stopped" ? "stopped" : "running";
    return { state, startType: "automatic", win32ExitCode: 0 };
  }
  refuseOtherService(name);
  const { state, win32ExitCode } = await currentService(dir);
  const start = await readRegistryValue(dir, DXA_KEY, "Start");
  const number = start?.type === "REG_DWORD" ? start.data : 0;
  const startType = START_TYPES[number as keyof typeof START_TYPES] ?? "unknown";
  return { state, startType, win32ExitCode };
}

/** The service's record, pending states that are over turned into what follows them. */
export async function currentService(dir: string): Promise<ServiceRecord> {
  const read = (): Promise<ServiceRecord> => readJson<ServiceRecord>(dssFiles(dir).service);
  const record = await read();
  const seen = settled(record, Date.now());
  // A process that is found gone may have left in good order since the record was read: what it wrote last counts.
  return record.state !== "stopped" && seen.state === "stopped" ? settled(await read(), Date.now()) : seen;
}

/** Asks for a stop, as the SCM's ControlService. */
export async function stopDxa(dir: string, name: string): Promise<void> {
  refuseOtherService(name);
  const { failure, stopPendingMs } = await readKnobs(dir);
  await changeService(dir, (service) => {
    if (service.state === "stopped") return undefined;
    if (failure === "stop-refused") throw refused("SERVICE_STOP_FAILED", 2189);
    if (service.state !== "running" && service.state !== "paused") throw refused("SERVICE_STOP_FAILED", 1061);
    const at = failure === "stop-stuck" ? null : Date.now() + stopPendingMs;
    return { ...service, state: "stop-pending", next: { state: "stopped", at }, win32ExitCode: 0 };
  });
}

/** Asks for a start, as the SCM's StartService: refused at once, or START_PENDING with the DXA's process started. */
export async function startDxa(dir: string, name: string): Promise<void> {
  refuseOtherService(name);
  const { failure, startPendingMs } = await readKnobs(dir);
  const { startType } = await queryDxa(dir, name);
  await changeService(dir, async (service) => {
    if (service.state === "running") return undefined;
    if (service.state !== "stopped") throw refused("SERVICE_START_FAILED", 1056);
    if (startType === "disabled") throw refused("SERVICE_START_FAILED", 1058);
    if (failure === "start-1069") throw refused("SERVICE_START_FAILED", 1069);
    if (failure === "dxa-missing") throw refused("SERVICE_START_FAILED", 2);
    const run = service.run + 1;
    const at = Date.now() + startPendingMs;
    if ((await readRegistryValue(dir, DXA_KEY, TRIGGER_VALUE)) === undefined)
      await rm(dssFiles(dir).exhausted, { force: true });
    if (failure === "start-stuck") return pending(run, { state: "running", at: null }, 0, null);
    if (failure === "start-2140") return pending(run, { state: "stopped", at }, 2140, null);
    return pending(run, { state: "running", at }, 0, launch(dir, run));
  });
}

/**
 * The pause control. It makes the DXA begin a cycle and fails with 2140, which is its success (Q146738): from 5.0 on, and on 4.0 with
 * `PauseKicksDX`=1. ASSUMPTION: without that value a 4.0 DXA takes no notice. Under `pauses-for-real` the service becomes PAUSED.
 */
export async function pauseDxa(dir: string, name: string): Promise<void> {
  refuseOtherService(name);
  const { failure } = await readKnobs(dir);
  const kicks = await pauseKicks(dir);
  await changeService(dir, (service) => {
    if (service.state !== "running") return undefined;
    if (failure === "pauses-for-real") return { ...service, state: "paused" };
    return kicks ? { ...service, kicks: service.kicks + 1 } : undefined;
  });
}

/** The continue control: a paused service runs on. ASSUMPTION: its DXA begins a cycle then. */
export async function continueDxa(dir: string, name: string): Promise<void> {
  refuseOtherService(name);
  await changeService(dir, (service) =>
    service.state === "paused" ? { ...service, state: "running", kicks: service.kicks + 1 } : undefined,
  );
}

async function pauseKicks(dir: string): Promise<boolean> {
  const value = await readRegistryValue(dir, DXA_KEY, PAUSE_KICKS_VALUE);
  if (value?.type === "REG_DWORD" && value.data === 1) return true;
  const version = await programVersion(dir);
  return version !== undefined && atLeast(version, PAUSE_KICKS_SINCE);
}

/** The DXA has nothing left to do: its process goes, the service counts as running. */
export async function leaveService(dir: string, run: number): Promise<void> {
  await changeService(dir, (service) => (service.run === run ? { ...service, pid: null } : undefined));
}

/** Ends the DXA's process at once, as a power cut would; for the end of tests and demonstrations. Never throws. */
export async function killDxa(dir: string): Promise<void> {
  try {
    const { pid } = await readJson<ServiceRecord>(dssFiles(dir).service);
    if (pid !== null) endDxa(pid);
  } catch {
    // No simulated DSS any more.
  }
}

function pending(
  run: number,
  next: { state: ServiceState; at: number | null },
  win32ExitCode: number,
  pid: number | null,
): ServiceRecord {
  return { state: "start-pending", next, win32ExitCode, run, kicks: 0, pid };
}

async function changeService(
  dir: string,
  change: (now: ServiceRecord) => ServiceRecord | undefined | Promise<ServiceRecord | undefined>,
): Promise<void> {
  await updateJson<ServiceRecord>(dssFiles(dir).service, (stored) => change(settled(stored, Date.now())));
}

function settled(service: ServiceRecord, now: number): ServiceRecord {
  const { next, pid } = service;
  if (next?.at != null && now >= next.at) {
    if (next.state !== "stopped") return settled({ ...service, state: next.state, next: null }, now);
    if (pid === null || !isAlive(pid)) return { ...service, state: "stopped", next: null, pid: null };
    if (now > next.at + PATIENCE_MS) endDxa(pid);
    return service;
  }
  const died = service.state === "running" && pid !== null && !isAlive(pid);
  return died ? { ...service, state: "stopped", pid: null, win32ExitCode: 1067 } : service;
}

/** The DXA outlives the program that asked for it, as a service does; it ends itself (knob `lifetimeMs`). */
function launch(dir: string, run: number): number | null {
  const child = spawn(process.execPath, [dxaProgram(), dir, String(run)], { detached: true, stdio: "ignore" });
  child.on("error", (error) => void logEvent(dir, 0, `The DXA could not be started: ${error.message}`));
  child.unref();
  return child.pid ?? null;
}

function refuseOtherService(name: string): void {
  if (name.toUpperCase() === DXA_SERVICE.toUpperCase()) return;
  throw new ResyncError("NOT_FOUND", {
    message: `The simulated DSS has no service ${name}.`,
    facts: { service: name, win32: 1060 },
  });
}

function refused(code: ErrorCode, win32: number): ResyncError {
  const act = code === "SERVICE_STOP_FAILED" ? "stop" : "start";
  return new ResyncError(code, {
    message: `The request to ${act} ${DXA_SERVICE} was refused with error ${win32}.`,
    facts: { service: DXA_SERVICE, win32 },
  });
}
