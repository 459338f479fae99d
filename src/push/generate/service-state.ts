import type { Clock } from "../../clock.ts";
import { hasCode, ResyncError } from "../../errors.ts";
import { DXA_SERVICE, type DssHost, type ServiceStatus } from "./dss-host.ts";
import { win32Meaning } from "./win32.ts";

/** How long to wait for a service, and how often to look. Milliseconds. */
export interface StateWait {
  readonly clock: Clock;
  readonly stateTimeoutMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** A service seen stopped so often in a row behind a start request will not start any more. */
const STOPPED_LOOKS = 3;

/** Stops the DXA and waits for STOPPED, by states only. `SERVICE_STOP_FAILED` when refused, `SERVICE_STUCK` when it takes too long. */
export async function stopService(host: DssHost, wait: StateWait): Promise<void> {
  await explained(host, () => host.requestStop(DXA_SERVICE));
  await untilState(host, wait, "stopped");
}

/**
 * Starts the DXA and waits for RUNNING, by states only. `SERVICE_START_FAILED` when refused or when it falls back to STOPPED,
 * `SERVICE_STUCK` when it takes too long.
 */
export async function startService(host: DssHost, wait: StateWait): Promise<void> {
  await explained(host, () => host.requestStart(DXA_SERVICE));
  let stopped = 0;
  await untilState(host, wait, "running", (status) => {
    stopped = status.state === "stopped" ? stopped + 1 : 0;
    if (stopped >= STOPPED_LOOKS) throw fellBack(host, status);
  });
}

/** Sends the pause control, waits for what comes of it, and continues a service that it really paused (Q175568). */
export async function kickService(host: DssHost, wait: StateWait): Promise<void> {
  await host.requestPause(DXA_SERVICE);
  const { state } = await settledState(host, wait);
  if (state === "paused") await continueService(host, wait);
}

/** Continues a paused service and waits for RUNNING; `SERVICE_STUCK` when it takes too long. */
export async function continueService(host: DssHost, wait: StateWait): Promise<void> {
  await host.requestContinue(DXA_SERVICE);
  await untilState(host, wait, "running");
}

/** Waits until the service is in no pending state and tells in which it is; `SERVICE_STUCK` when it stays pending. */
export async function settledState(host: DssHost, wait: StateWait): Promise<ServiceStatus> {
  return untilState(host, wait, undefined);
}

async function untilState(
  host: DssHost,
  { clock, stateTimeoutMs, pollMs, signal }: StateWait,
  wanted: "stopped" | "running" | undefined,
  look: (status: ServiceStatus) => void = () => undefined,
): Promise<ServiceStatus> {
  const deadline = clock.monotonic() + stateTimeoutMs;
  for (;;) {
    const status = await host.queryService(DXA_SERVICE);
    if (wanted === undefined ? !status.state.endsWith("-pending") : status.state === wanted) return status;
    look(status);
    if (clock.monotonic() >= deadline) throw stuck(host, status, wanted ?? "running or stopped", stateTimeoutMs);
    await clock.sleep(pollMs, signal);
  }
}

/** Adds what the error number means to a refusal. */
async function explained(host: DssHost, request: () => Promise<void>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!hasCode(error, "SERVICE_START_FAILED", "SERVICE_STOP_FAILED")) throw error;
    const meaning = win32Meaning(error.facts["win32"]);
    if (meaning === undefined) throw error;
    throw error.with({
      message: `${host.label}: ${error.message.replace(/\.$/u, "")}: ${meaning.means}.`,
      hint: meaning.hint,
      reference: meaning.reference,
    });
  }
}

function fellBack(host: DssHost, { win32ExitCode = 0 }: ServiceStatus): ResyncError {
  const meaning = win32Meaning(win32ExitCode);
  return new ResyncError("SERVICE_START_FAILED", {
    message: `${DXA_SERVICE} on ${host.label} stopped again while starting: error ${win32ExitCode}${meaning === undefined ? "" : `, ${meaning.means}`}.`,
    hint: meaning?.hint ?? "See the Application and System logs of the DSS.",
    ...(meaning === undefined ? {} : { reference: meaning.reference }),
    facts: { service: DXA_SERVICE, win32: win32ExitCode },
  });
}

function stuck(host: DssHost, status: ServiceStatus, wanted: string, afterMs: number): ResyncError {
  const seconds = Math.round(afterMs / 100) / 10;
  return new ResyncError("SERVICE_STUCK", {
    message: `${DXA_SERVICE} on ${host.label} is still ${status.state} after ${seconds} s; it should be ${wanted}.`,
    hint:
      status.state === "running"
        ? "Somebody starts it again: a Server Monitor or a cluster may do so. Suspend it for the time of the push."
        : "See the Application and System logs of the DSS. The last resort is to end the process, or to set Start=3 and restart the server.",
    reference: status.state === "running" ? "Q245838, Q188635" : "Q176566, Q180001",
    facts: { service: DXA_SERVICE, state: status.state, wanted, afterMs },
  });
}
