import { connect, type Socket } from "node:net";
import { errnoOf } from "../../errno.ts";
import { abortError, ResyncError, throwIfAborted, type ErrorCode } from "../../errors.ts";
import { onAbort } from "../../abort.ts";

/** Milliseconds for the connection, and for each later part of getting in. */
export const CONNECT_MS = 20_000;

const REFUSED: readonly [ErrorCode, string, string] = [
  "CONNECT_REFUSED",
  "refuses the connection",
  "Is the SSH server running there, and is this its port? Is a firewall in between?",
];
const UNREACHABLE: readonly [ErrorCode, string, string] = [
  "CONNECT_FAILED",
  "cannot be reached from here",
  "Look at the network, VPN and routes of this machine.",
];
const NAME: readonly [ErrorCode, string, string] = [
  "HOST_NOT_FOUND",
  "has no address: the name is not known",
  "Check the spelling and this machine's name service; an IP address works too.",
];

const MEANING: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: NAME,
  EAI_AGAIN: [
    "HOST_NOT_FOUND",
    "has no address: the name service does not answer",
    "Look at this machine's name service.",
  ],
  EAI_FAIL: NAME,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ETIMEDOUT: ["CONNECT_TIMEOUT", "does not answer", "Is the machine on, and is a firewall in between?"],
};

/**
 * Connects to a TCP port, without Nagle's delay: ssh2 sends a packet in several small writes, and waiting for each acknowledgement makes
 * a transfer fifty times slower. Throws `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `CONNECT_FAILED`, `HOST_NOT_FOUND` or `abortError`.
 */
export async function openSocket(host: string, port: number, ms: number, signal?: AbortSignal): Promise<Socket> {
  throwIfAborted(signal);
  const socket = connect({ host, port, noDelay: true });
  return new Promise((resolve, reject) => {
    const settle = (error?: ResyncError): void => {
      clearTimeout(timer);
      forget();
      socket.removeAllListeners("connect");
      socket.removeListener("error", failed);
      if (error === undefined) return resolve(socket);
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const failed = (error: Error): void => settle(connectError(host, port, error));
    const timer = setTimeout(() => settle(timeoutError(host, port, ms)), ms);
    const forget = signal ? onAbort(signal, () => settle(abortError(signal))) : () => undefined;
    socket.once("error", failed);
    socket.once("connect", () => settle());
  });
}

function connectError(host: string, port: number, error: Error): ResyncError {
  const [code, says, hint] = MEANING[errnoOf(error) ?? ""] ?? [
    UNREACHABLE[0],
    `cannot be reached: ${error.message}`,
    UNREACHABLE[2],
  ];
  return new ResyncError(code, {
    message: `${host}, port ${port}, ${says}.`,
    state: "Nothing was changed.",
    hint,
    retryable: code !== "HOST_NOT_FOUND",
    facts: { host, port },
    cause: error,
  });
}

function timeoutError(host: string, port: number, ms: number): ResyncError {
  return new ResyncError("CONNECT_TIMEOUT", {
    message: `${host}, port ${port}, does not answer: no connection within ${ms / 1000} s.`,
    state: "Nothing was changed.",
    hint: "Is the machine on, is the port right, and is a firewall in between?",
    retryable: true,
    facts: { host, port },
  });
}
