import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { EXIT, ResyncError, type ErrorCode } from "../../errors.ts";
import type { SambaOutput } from "./run.ts";
import type { SambaTarget } from "./session.ts";
import { errorCodeOf } from "./status-codes.ts";

/**
 * The failure that a call's output stands for. `what` says what could not be done: "GLB/RESYNC.GLB cannot be read". When the output has
 * no code that tells, the machine's address and port are tried, so that an unknown name or a closed port is called what it is.
 */
export async function sambaError(target: SambaTarget, output: SambaOutput, what: string): Promise<ResyncError> {
  const known = guestCannotSign(output) ? "AUTH_FAILED" : errorCodeOf(output.codes);
  const code = known ?? (await whyUnreachable(target)) ?? "IO";
  const told = talk(output);
  const why = output.codes[0] ?? UNREACHABLE[code] ?? told;
  return new ResyncError(code, {
    message: `${what}: ${target.host}: ${why}.`,
    hint: hintFor(code, target, output),
    facts: { host: target.host, user: target.user, codes: [...output.codes], said: told },
    retryable: RETRYABLE.has(code),
    ...(CONNECTION.has(code) ? { exitCode: EXIT.connection } : {}),
  });
}

/**
 * True when the server let a guest in, who has no key to sign with, over SMB2 or 3: a wrong password, or an unknown user. Samba says
 * ACCESS_DENIED then, and only its words tell the two apart.
 */
function guestCannotSign({ codes, stderr }: SambaOutput): boolean {
  return codes[0] === "NT_STATUS_ACCESS_DENIED" && /^Bad SMB2 .*signature/mu.test(stderr);
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(["FILE_BUSY", "STALLED", "CONNECTION_LOST"]);
/** Failures that are the connection's whatever was being done. */
const CONNECTION: ReadonlySet<ErrorCode> = new Set(["STALLED", "CONNECTION_LOST"]);

/** What the program said, in one line, without the noise that Samba makes in its own interest. */
function talk({ stdout, stderr }: SambaOutput): string {
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => line.trim());
  const telling = lines.filter(
    (line) => line !== "" && !/^(?:WARNING: |Freed frame |Try "help"|Bad SMB2 |\[[0-9A-F]{4}\] )/u.test(line),
  );
  return telling.join("; ").slice(0, 300) || "no word";
}

/** Looks whether the name is known and something listens; `undefined` when both are so. */
async function whyUnreachable({ host, port }: SambaTarget): Promise<ErrorCode | undefined> {
  try {
    await lookup(host);
  } catch {
    return "HOST_NOT_FOUND";
  }
  const tries = await Promise.all((port === undefined ? [445, 139] : [port]).map((one) => tryPort(host, one)));
  return tries.includes(undefined) ? undefined : tries[0];
}

/** What Samba's programs keep to themselves. */
const UNREACHABLE: Partial<Record<ErrorCode, string>> = {
  HOST_NOT_FOUND: "this name has no address",
  CONNECT_REFUSED: "it refuses the connection",
  CONNECT_FAILED: "it cannot be reached",
  CONNECT_TIMEOUT: "it does not answer",
};

const CONNECT_MS = 5000;

function tryPort(host: string, port: number): Promise<ErrorCode | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (code: ErrorCode | undefined) => {
      socket.destroy();
      resolve(code);
    };
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end("CONNECT_TIMEOUT"));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ECONNREFUSED" ? "CONNECT_REFUSED" : "CONNECT_FAILED"),
    );
  });
}

/** What to do, by the first status code that has a remedy of its own, else by the failure. */
function hintFor(code: ErrorCode, target: SambaTarget, output: SambaOutput): string {
  const special = output.codes.map((one) => STATUS_HINT[one]).find((hint) => hint !== undefined);
  if (special !== undefined) return special;
  const early = /protocol negotiation failed|Connection failed/u.test(output.stderr);
  if (code === "CONNECTION_LOST" && early && !target.smb1) {
    return `${target.host} hung up during the greeting: NT 4 and 2000 speak SMB1 only, which is tried with --smb1.`;
  }
  return HINT[code] ?? `Try the same with Samba's own programs: smbclient -L ${target.host} -U ${target.user}`;
}

const STATUS_HINT: Record<string, string | undefined> = {
  NT_STATUS_ACCOUNT_LOCKED_OUT: "The account is locked out; unlock it in User Manager and wait before the next try.",
  NT_STATUS_ACCOUNT_DISABLED: "The account is disabled; enable it in User Manager.",
  NT_STATUS_PASSWORD_EXPIRED: "The password has expired; set a new one on the host.",
  NT_STATUS_PASSWORD_MUST_CHANGE: "The password must be changed at the next logon; log on at the host once.",
  NT_STATUS_NO_LOGON_SERVERS:
    "The host reaches no domain controller for this account; use an account of the host itself.",
  NT_STATUS_BAD_NETWORK_NAME:
    "There is no such share. Administrative shares are missing when AutoShareServer is 0 (Q245117); make one: net share C$=C:\\",
};

const HINT: Partial<Record<ErrorCode, string>> = {
  AUTH_FAILED:
    "Check user, domain and password. NT 4 before SP4 knows no NTLMv2 (Q147706); clocks more than 30 minutes apart make NTLMv2 fail.",
  ACCESS_DENIED:
    "NT lets only administrators open its registry and services from afar (Q143474); use an account of the host's Administrators group.",
  NOT_FOUND: "Check the name on the host.",
  HOST_NOT_FOUND:
    "Check the name, or give the address; NT hosts are often known by NetBIOS name only: add it to /etc/hosts.",
  CONNECT_REFUSED: "Nothing listens there: is this the right machine and port, and does its Server service run?",
  CONNECT_FAILED: "The machine cannot be reached: is it on, and does the network lead there?",
  CONNECT_TIMEOUT: "Nobody answers: is the machine on, and does a firewall let TCP 445 or 139 through?",
  FILE_BUSY: "Another program holds the file open; try again when it has finished.",
  DISK_FULL: "Make room on the host's disk.",
  STALLED: "The machine answers but is silent. Try again; if it stays so, restart its Server service.",
  CONNECTION_LOST: "The connection broke. Try again.",
};
