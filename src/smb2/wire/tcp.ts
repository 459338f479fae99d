import { connect, type Socket } from "node:net";
import { abortError, ResyncError, throwIfAborted } from "../../errors.ts";
import { pour, type Line, type LineEvents } from "./line.ts";

/** Bytes for what a server says before anybody listens. */
const EARLY = 4096;

export interface Dial {
  readonly host: string;
  readonly port: number;
  /** Milliseconds until the connection must stand. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects by TCP. Throws `HOST_NOT_FOUND`, `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `CONNECT_FAILED`, or `abortError`; a socket never
 * stays open after a failure.
 */
export async function dial({ host, port, timeoutMs, signal }: Dial): Promise<Line> {
  throwIfAborted(signal);
  const peer = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  let events: LineEvents | undefined;
  const early = Buffer.allocUnsafeSlow(EARLY);
  const socket = connect({
    host,
    port,
    noDelay: true,
    onread: {
      buffer: () => events?.room() ?? early,
      callback: (length, where) => {
        if (where !== early) events?.arrived(length);
        else if (events !== undefined) pour(early.subarray(0, length), events);
        return true;
      },
    },
  });
  let last: NodeJS.ErrnoException | undefined;
  socket.on("error", (error) => (last = error));
  socket.on("close", () => events?.end(lineLost(peer, last)));
  await established(socket, peer, timeoutMs, signal);
  return {
    peer,
    send: (parts) => {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    },
    listen: (listener) => {
      events = listener;
      if (socket.destroyed) queueMicrotask(() => listener.end(lineLost(peer, last)));
    },
    hold: (held) => void (held ? socket.ref() : socket.unref()),
    cut: () => void socket.destroy(),
  };
}

async function established(
  socket: Socket,
  peer: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: ResyncError): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onError = (error: NodeJS.ErrnoException): void => fail(dialFailure(peer, error));
    const onAbort = (): void => {
      if (signal !== undefined) fail(abortError(signal));
    };
    const timer = setTimeout(() => fail(dialTimeout(peer, timeoutMs)), timeoutMs);
    const onConnect = (): void => {
      settle();
      resolve();
    };
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("connect", onConnect);
      signal?.removeEventListener("abort", onAbort);
    };
    socket.on("error", onError);
    socket.on("connect", onConnect);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function dialTimeout(peer: string, timeoutMs: number): ResyncError {
  return new ResyncError("CONNECT_TIMEOUT", {
    message: `${peer} did not accept a connection within ${timeoutMs / 1000} s.`,
    hint: "Check that the host is up and that no firewall drops port 445 on the way.",
    facts: { peer, timeoutMs },
    retryable: true,
  });
}

function dialFailure(peer: string, error: NodeJS.ErrnoException): ResyncError {
  const details = { facts: { peer, errno: error.code ?? null }, cause: error };
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new ResyncError("HOST_NOT_FOUND", {
        ...details,
        message: `The host of ${peer} has no address: the name is unknown here.`,
        hint: "Check the spelling; old NetBIOS names may need an entry in the hosts file or the address itself.",
      });
    case "ECONNREFUSED":
      return new ResyncError("CONNECT_REFUSED", {
        ...details,
        message: `${peer} refuses the connection.`,
        hint: "Check that file sharing runs there and listens on this port. Windows NT 4 has no port 445; it needs smb1://.",
        retryable: true,
      });
    case "ETIMEDOUT":
      return new ResyncError("CONNECT_TIMEOUT", {
        ...details,
        message: `${peer} does not answer.`,
        hint: "Check that the host is up and that no firewall drops port 445 on the way.",
        retryable: true,
      });
    default:
      return new ResyncError("CONNECT_FAILED", {
        ...details,
        message: `${peer} cannot be reached: ${error.message || error.code || "no reason given"}.`,
        retryable: true,
      });
  }
}

function lineLost(peer: string, cause: NodeJS.ErrnoException | undefined): ResyncError {
  const code = cause?.code;
  return new ResyncError("CONNECTION_LOST", {
    message: `The connection to ${peer} was lost: ${code === undefined ? "the server closed it" : code}.`,
    hint: "Try again; if it happens each time, look into the server's log and at what stands between.",
    facts: { peer, errno: code ?? null },
    retryable: true,
    cause,
  });
}
