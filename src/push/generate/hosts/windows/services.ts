import { EXIT, ResyncError } from "../../../../errors.ts";
import type { DssHost, RegistryKey, ServiceState, ServiceStatus } from "../../dss-host.ts";
import { connectionError, rightsHint } from "./failures.ts";
import type { WindowsMachine } from "./machine.ts";
import { runWindows, type ProgramOutput } from "./run.ts";

type ServiceActs = Pick<DssHost, "queryService" | "requestStop" | "requestStart" | "requestPause" | "requestContinue">;

/**
 * Services through sc.exe. What is taken from its output are numbers at their places, the same in every language; a refusal counts only
 * when the state read back is not on the way.
 */
export function windowsServices(
  machine: WindowsMachine,
  readValue: DssHost["readValue"],
  timeoutMs: number,
): ServiceActs {
  const sc = async (act: string, name: string): Promise<ProgramOutput> => {
    const output = await runWindows(machine, "sc", [...addressed(machine), act, name], timeoutMs);
    const lost = connectionError(machine, win32Of(output));
    if (lost !== undefined) throw lost;
    return output;
  };

  const queryService = async (name: string): Promise<ServiceStatus> => {
    const output = await sc("query", name);
    const numbers = parseQuery(output.stdout.toString("latin1"));
    if (win32Of(output) === NO_SUCH_SERVICE) throw noService(machine, name);
    if (win32Of(output) === ACCESS_DENIED) throw mayNot(machine, "query", name);
    const start = await readValue(serviceKey(name), "Start");
    if (numbers === undefined) throw start === undefined ? noService(machine, name) : unreadable(machine, name, output);
    const startType = (start?.type === "REG_DWORD" && START_TYPES[start.data]) || "unknown";
    return { state: numbers.state, startType, win32ExitCode: numbers.win32ExitCode };
  };

  const request = async (act: "stop" | "start", name: string): Promise<void> => {
    const output = await sc(act, name);
    if (output.exitCode === 0) return;
    if (win32Of(output) === NO_SUCH_SERVICE) throw noService(machine, name);
    const { state } = await queryService(name);
    if (ON_THE_WAY[act].includes(state)) return;
    const win32 = win32Of(output);
    if (win32 === ACCESS_DENIED) throw mayNot(machine, act, name);
    throw new ResyncError(act === "stop" ? "SERVICE_STOP_FAILED" : "SERVICE_START_FAILED", {
      message: `${machine.label} refuses to ${act} the service ${name}${win32 === undefined ? "" : `: error ${win32}`}.`,
      state: `The service is ${state}.`,
      hint:
        win32 === undefined ? "See the System log of the host." : `"net helpmsg ${win32}" says what the number means.`,
      facts: { service: name, win32: win32 ?? null },
    });
  };

  /** A control whose refusal means nothing, as long as it was heard. */
  const tell = async (act: "pause" | "continue", name: string): Promise<void> => {
    const output = await sc(act, name);
    if (output.exitCode !== 0) await queryService(name);
    if (win32Of(output) === ACCESS_DENIED) throw mayNot(machine, act, name);
  };

  return {
    queryService,
    requestStop: (name) => request("stop", name),
    requestStart: (name) => request("start", name),
    requestPause: (name) => tell("pause", name),
    requestContinue: (name) => tell("continue", name),
  };
}

/**
 * State and exit code in what `sc query` prints: the second and third of the lines `  WORD : NUMBER …`, whatever the words are. The type
 * before them is hexadecimal, they are not.
 */
export function parseQuery(text: string): { state: ServiceState; win32ExitCode: number } | undefined {
  const numbers = [...text.matchAll(/^[ \t]+\S[^:\n]*:[ \t]*([0-9a-f]+)\b/gimu)].map(([, number]) => number ?? "");
  const state = STATES[Number(numbers[1]) - 1];
  return state === undefined ? undefined : { state, win32ExitCode: Number(numbers[2] ?? 0) };
}

/** By Win32's numbers from 1 on: SERVICE_STOPPED … SERVICE_PAUSED. */
const STATES: readonly ServiceState[] = [
  "stopped",
  "start-pending",
  "stop-pending",
  "running",
  "continue-pending",
  "pause-pending",
  "paused",
];

const START_TYPES: Record<number, ServiceStatus["startType"] | undefined> = {
  2: "automatic",
  3: "manual",
  4: "disabled",
};

/** States in which the request has been granted already. */
const ON_THE_WAY: Record<"stop" | "start", readonly ServiceState[]> = {
  stop: ["stopped", "stop-pending"],
  start: ["running", "start-pending"],
};

const ACCESS_DENIED = 5;
const NO_SUCH_SERVICE = 1060;

/** The number in `[SC] StartService FAILED 1069:`, else the exit code, which is the same number on Windows and always 1 under Wine. */
export function win32Of({ stdout, stderr, exitCode }: ProgramOutput): number | undefined {
  const told = /^\[SC\][^\n]*?(\d+)/mu.exec(`${stdout.toString("latin1")}\n${stderr.toString("latin1")}`)?.[1];
  if (told !== undefined) return Number(told);
  return exitCode === 1 || exitCode === 0 ? undefined : exitCode;
}

/** The first argument that has sc.exe ask another machine. */
export function addressed({ remote }: WindowsMachine): string[] {
  return remote === undefined ? [] : [`\\\\${remote}`];
}

function serviceKey(name: string): RegistryKey {
  return `HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\${name}`;
}

function noService(machine: WindowsMachine, name: string): ResyncError {
  return new ResyncError("NOT_FOUND", {
    message: `${machine.label} has no service ${name}.`,
    hint: "Is this the right server? The Directory Synchronization service comes with the MS Mail Connector.",
    reference: "Q201271, Q168539",
    facts: { service: name },
    exitCode: EXIT.preflight,
  });
}

function mayNot(machine: WindowsMachine, act: string, name: string): ResyncError {
  return new ResyncError("ACCESS_DENIED", {
    message: `${machine.label} does not let this account ${act} the service ${name}.`,
    hint: rightsHint(machine),
    facts: { service: name, win32: ACCESS_DENIED },
    exitCode: EXIT.preflight,
  });
}

function unreadable(machine: WindowsMachine, name: string, output: ProgramOutput): ResyncError {
  return new ResyncError("DSS_UNREACHABLE", {
    message: `The state of service ${name} on ${machine.label} cannot be read: sc.exe ended with ${output.exitCode}.`,
    hint: "Look at the service in Control Panel; restart the machine if even that does not show it.",
    facts: { service: name, win32: win32Of(output) ?? null },
  });
}
