import { EXIT, ResyncError } from "../../../../errors.ts";
import type { RegistryKey } from "../../dss-host.ts";
import type { WindowsMachine } from "./machine.ts";

/** `NOT_FOUND`: no such registry key. */
export function noKey(machine: WindowsMachine, key: RegistryKey): ResyncError {
  return new ResyncError("NOT_FOUND", {
    message: `There is no registry key ${key} on ${machine.label}.`,
    facts: { key },
    exitCode: EXIT.preflight,
  });
}

/** `ACCESS_DENIED`: `what` cannot be done; `said` is what the program had to say about it. */
export function denied(machine: WindowsMachine, what: string, said: string): ResyncError {
  return new ResyncError("ACCESS_DENIED", {
    message: `${what} on ${machine.label}: ${said || "no word"}.`,
    hint: rightsHint(machine),
    facts: { said },
    exitCode: EXIT.preflight,
  });
}

/** Whose rights are needed, and how to get them. */
export function rightsHint({ remote }: WindowsMachine): string {
  if (remote === undefined)
    return "Run resync as a member of the Administrators group; on Windows Vista and later from an elevated prompt.";
  return `Sign in as a member of the Administrators group of ${remote}, or give such an account first: net use \\\\${remote}\\IPC$ /user:DOMAIN\\NAME *`;
}

/** The failure behind a Win32 error of the line to a remote machine, or of the login there; `undefined` for any other number. */
export function connectionError(machine: WindowsMachine, win32: number | undefined): ResyncError | undefined {
  if (machine.remote === undefined || win32 === undefined) return undefined;
  const facts = { win32 };
  if (LOGIN_REFUSED.has(win32)) {
    return new ResyncError("AUTH_FAILED", {
      message: `${machine.label} does not accept the login of this user: error ${win32}.`,
      hint: rightsHint(machine),
      facts,
    });
  }
  if (!NO_ANSWER.has(win32)) return undefined;
  return new ResyncError("DSS_UNREACHABLE", {
    message: `${machine.label} does not answer: error ${win32}.`,
    hint: "Is the name right, the machine on, and its Server service running? NT and 2000 answer over SMB 1 only: is the feature SMB 1.0/CIFS Client on here?",
    facts,
    retryable: true,
  });
}

/** Bad network path or name, busy, unreachable, or an RPC server that is not there (winerror.h). */
const NO_ANSWER: ReadonlySet<number> = new Set([
  51, 53, 54, 59, 64, 67, 121, 1203, 1231, 1232, 1256, 1722, 1723, 1726, 1727, 1753,
]);
/** Wrong user or password, an account that may not log on, or two logins to one machine (winerror.h). */
const LOGIN_REFUSED: ReadonlySet<number> = new Set([
  86, 1219, 1311, 1326, 1327, 1328, 1329, 1330, 1331, 1385, 1396, 1793, 1907, 1909,
]);
