import { EXIT, ResyncError } from "../../../../errors.ts";
import type { SambaOutput } from "../../../../transfer/smbclient/run.ts";
import type { SambaSession } from "../../../../transfer/smbclient/session.ts";
import type { DssHost, ServiceState, ServiceStatus } from "../../dss-host.ts";
import { netError } from "./errors.ts";
import { win32Number } from "./win32-names.ts";

type ServiceActs = Pick<DssHost, "queryService" | "requestStop" | "requestStart" | "requestPause" | "requestContinue">;

/**
 * Services of a remote host through `net rpc service`. Its start and stop wait three milliseconds and then end with 0 whatever the state is;
 * so they only ask, and a refusal counts only when the state read back is not on the way.
 */
export function sambaServices(session: SambaSession): ServiceActs {
  const service = (act: string, name: string) => session.net(["service", act, name]);

  const query = async (name: string): Promise<ServiceStatus> => {
    const output = await service("status", name);
    const status = parseStatus(name, output.stdout);
    if (output.codes.map(win32Number).includes(NO_SUCH_SERVICE)) throw noSuchService(session, name);
    if (status === undefined) throw await netError(session, output, `The state of service ${name} cannot be read`);
    return status;
  };

  const request = async (act: "stop" | "start", name: string): Promise<void> => {
    const output = await service(act, name);
    const win32 = output.codes.map(win32Number).find((number) => number !== undefined);
    if (win32 === undefined) {
      if (output.exitCode !== 0) throw await netError(session, output, `Service ${name} cannot be asked to ${act}`);
      return;
    }
    if (win32 === NO_SUCH_SERVICE) throw noSuchService(session, name);
    if (win32 === ACCESS_DENIED) throw await netError(session, output, `Service ${name} cannot be asked to ${act}`);
    const { state } = await query(name);
    if (ON_THE_WAY[act].includes(state)) return;
    throw refused(session, act, name, win32, state, output);
  };

  /** A control whose refusal means nothing, as long as it was heard. */
  const tell = async (act: "pause" | "resume", name: string): Promise<void> => {
    const output = await service(act, name);
    const told = output.codes.map(win32Number);
    if (told.includes(NO_SUCH_SERVICE)) throw noSuchService(session, name);
    if (told.includes(ACCESS_DENIED) || (told.length === 0 && output.exitCode !== 0)) {
      throw await netError(session, output, `Service ${name} cannot be asked to ${act}`);
    }
  };

  return {
    queryService: query,
    requestStop: (name) => request("stop", name),
    requestStart: (name) => request("start", name),
    requestPause: (name) => tell("pause", name),
    requestContinue: (name) => tell("resume", name),
  };
}

const ACCESS_DENIED = 5;
const NO_SUCH_SERVICE = 1060;
/** States in which the request has been granted already. */
const ON_THE_WAY: Record<"stop" | "start", readonly ServiceState[]> = {
  stop: ["stopped", "stop-pending"],
  start: ["running", "start-pending"],
};

/** `NAME service is STATE.` and the configuration below it; in English because the program runs with `LC_ALL=C`. */
export function parseStatus(name: string, text: string): ServiceStatus | undefined {
  const line = text.split("\n").find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()} service is `));
  const state = STATES[/ service is (.*)\.$/u.exec(line ?? "")?.[1] ?? ""];
  if (state === undefined) return undefined;
  const start = /^\s*Start Type\s*= 0x([0-9a-f]+)$/mu.exec(text)?.[1] ?? "";
  return { state, startType: START_TYPES[start] ?? "unknown", win32ExitCode: undefined };
}

const STATES: Record<string, ServiceState | undefined> = {
  stopped: "stopped",
  "start pending": "start-pending",
  "stop pending": "stop-pending",
  running: "running",
  "resume pending": "continue-pending",
  "pause pending": "pause-pending",
  paused: "paused",
};

const START_TYPES: Record<string, ServiceStatus["startType"] | undefined> = {
  "2": "automatic",
  "3": "manual",
  "4": "disabled",
};

function noSuchService(session: SambaSession, name: string): ResyncError {
  return new ResyncError("NOT_FOUND", {
    message: `${session.target.host} has no service ${name}.`,
    hint: "Is this the right server? The Directory Synchronization service comes with the MS Mail Connector.",
    reference: "Q201271, Q168539",
    facts: { service: name, win32: NO_SUCH_SERVICE },
    exitCode: EXIT.preflight,
  });
}

function refused(
  session: SambaSession,
  act: "stop" | "start",
  name: string,
  win32: number,
  state: ServiceState,
  output: SambaOutput,
): ResyncError {
  return new ResyncError(act === "stop" ? "SERVICE_STOP_FAILED" : "SERVICE_START_FAILED", {
    message: `${session.target.host} refuses to ${act} the service ${name}: error ${win32}.`,
    state: `The service is ${state}.`,
    hint: `On the host, "net helpmsg ${win32}" says what the number means.`,
    facts: { service: name, win32, codes: [...output.codes] },
  });
}
