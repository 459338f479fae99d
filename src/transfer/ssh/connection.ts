import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, SFTPWrapper } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { abortError, ResyncError } from "../../errors.ts";
import type { Reporter } from "../../report/reporter.ts";
import { onAbort } from "../../abort.ts";
import { STALL_MS } from "../places/in-time.ts";
import { legacyOf, offer } from "./algorithms.ts";
import { login } from "./auth.ts";
import { preferredAlgorithms, refuseHostKey } from "./host-key.ts";
import { defaultKnownHostsFiles, readKnownHosts } from "./known-hosts-files.ts";
import type { SshOptions } from "./options.ts";
import { phases, type Phases } from "./phases.ts";
import { createRequests, type Requests } from "./requests.ts";
import { CONNECT_MS, openSocket } from "./socket.ts";

/** Milliseconds for a polite end; some servers never answer it. */
const END_MS = 2_000;
/** Bytes of one read or write: with SFTP's header it fits into one SSH packet of 32 KiB, what OpenSSH takes; 32 KiB itself would need two. */
const BLOCK = 32_256;

/** Where to connect to. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  /** The name of the account; that of this process's own when left out. */
  readonly user: string | undefined;
}

/** An SFTP connection. */
export interface SftpConnection extends Requests {
  readonly sftp: SFTPWrapper;
  /** The server's name for itself: `OpenSSH_9.2p1`. */
  readonly software: string;
  /**
   * Bytes of one read or write: almost 32 KiB, less where ssh2 would split a request (it sends the rest later, from a buffer that may hold
   * something else by then). Not more, although ssh2 sends 256 KiB to an OpenSSH: Win32-OpenSSH 7.7 cut files at 102,400 bytes then
   * (its issue 1395).
   */
  readonly blockSize: number;
  /** Bytes that one read may ask for: 254 KiB at an OpenSSH, or what that says it takes; a server may always give fewer. */
  readonly largestRead: number;
  /** True when the server offers the extension in the version that ssh2 speaks. */
  offers(extension: keyof typeof EXTENSIONS): boolean;
  /** Ends the connection within 2 s. Never throws. */
  close(): Promise<void>;
}

/** OpenSSH's extensions (PROTOCOL, section 4) and the versions that ssh2 speaks. */
const EXTENSIONS = {
  "posix-rename@openssh.com": "1",
  "fsync@openssh.com": "1",
  "statvfs@openssh.com": "2",
} as const;

/** What ssh2-sftp-client 12.1.1 and ssh2 1.17.0 have and their types do not say. Both are pinned to exactly these versions. */
interface Inside {
  client: Client & { _remoteVer?: string };
}
interface SftpInside {
  _extensions: Readonly<Record<string, string>>;
  _maxReadLen: number;
  _maxWriteLen: number;
}

/**
 * Connects, checks the host key, logs in and starts SFTP. Throws `CONNECT_…`, `HOST_NOT_FOUND`, `HOST_KEY_…`, `AUTH_FAILED`,
 * `PROTOCOL` or `abortError`; nothing is then left open.
 */
export async function connectSftp(
  target: SshTarget,
  options: SshOptions,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<SftpConnection> {
  const { host, port } = target;
  const user = target.user ?? ownName();
  const limit = options.connectMs ?? CONNECT_MS;
  const known = await readKnownHosts(options.knownHostsFiles ?? defaultKnownHostsFiles(), reporter);
  const socket = await openSocket(host, port, limit, signal);
  const server = `${host}${port === 22 ? "" : `:${port}`}`;
  const debug = (text: string): void => reporter.emit({ type: "debug", text: `ssh ${server}: ${text}` });

  // Our own callbacks: the library's print to stdout, and it ignores some errors; the raw ones are heard below.
  const client = new SftpClient("resync", { error: () => undefined, end: () => undefined, close: () => undefined });
  const inner = (client as unknown as Inside).client;
  const phase: Phases = phases(server, limit, () => socket.destroy());
  const requests = createRequests(`sftp://${server}`, options.stallMs ?? STALL_MS, () => socket.destroy());
  const auth = login(user, server, options, phase.pause, (error) => phase.fail(error));
  const forget = signal ? onAbort(signal, () => phase.fail(abortError(signal))) : () => undefined;

  inner.on("error", phase.heard);
  watchForLoss(inner, server, requests);
  // Once: the server may change keys at any time, which is a handshake too.
  inner.once("handshake", (negotiated) => {
    phase.enter("login", auth.failure);
    const old = legacyOf(negotiated);
    debug(`${inner._remoteVer ?? "?"}, ${negotiated.kex}, ${negotiated.cs.cipher}`);
    if (old.length > 0) warnOfLegacy(reporter, server, old);
  });
  inner.once("ready", () => phase.enter("sftp"));
  try {
    phase.enter("handshake");
    const sftp = await phase.guard(
      client.connect({
        sock: socket,
        username: user,
        readyTimeout: 0,
        keepaliveInterval: 10_000,
        keepaliveCountMax: 3,
        algorithms: offer(preferredAlgorithms(known, host, port), options.legacyAlgorithms ?? false),
        hostVerifier: (shown: Buffer) => {
          const refusal = refuseHostKey(known, host, port, shown);
          if (refusal === undefined) return true;
          phase.fail(refusal);
          requests.fail(refusal);
          return false;
        },
        authHandler: auth.handler,
      }),
    );
    const inside = sftp as unknown as SftpInside;
    watchForLoss(sftp, server, requests);
    return {
      ask: async (send) =>
        requests.ask((answer) => {
          gatherWrites(socket);
          send(answer);
        }),
      fail: requests.fail,
      get failure() {
        return requests.failure;
      },
      sftp,
      blockSize: Math.min(BLOCK, inside._maxReadLen, inside._maxWriteLen),
      largestRead: inside._maxReadLen,
      software: inner._remoteVer ?? "",
      offers: (extension) => inside._extensions[extension] === EXTENSIONS[extension],
      close: async () => end(client, socket, requests, server),
    };
  } catch (error) {
    // When the subsystem is refused the library's own end() does nothing and the socket would keep the process alive.
    socket.destroy();
    throw error;
  } finally {
    forget();
    phase.end();
  }
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new ResyncError("USAGE", {
      message: "This process's account has no name, so none can be given to the SSH server.",
      hint: "Write it into the address: sftp://user@host/path.",
      cause,
    });
  }
}

/** Every end of the connection, or of the SFTP channel in it, fails what waits for an answer. */
function watchForLoss(emitter: EventEmitter, server: string, requests: Requests): void {
  const lost = (cause?: unknown): void =>
    requests.fail(
      new ResyncError("CONNECTION_LOST", {
        message: `The connection to ${server} broke off.`,
        hint: "Look at the line and the server, then run the same command again.",
        retryable: true,
        cause,
      }),
    );
  for (const event of ["error", "end", "close"]) emitter.on(event, lost);
}

/** Has the socket send what is written in this turn at once: ssh2 hands over each packet in three pieces. */
function gatherWrites(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}

async function end(client: SftpClient, socket: Socket, requests: Requests, server: string): Promise<void> {
  const broken = requests.failure !== undefined;
  requests.fail(new ResyncError("CONTRACT", { message: `The connection to ${server} was closed by its user.` }));
  const limit = new AbortController();
  try {
    // Windows servers reset the connection here; what the transfer was worth is decided by reading back.
    if (!broken) await Promise.race([client.end(), pause(END_MS, undefined, { signal: limit.signal })]);
  } catch {
    // The end of a connection that is at its end.
  } finally {
    limit.abort();
    socket.destroy();
  }
}

function warnOfLegacy(reporter: Reporter, server: string, old: readonly string[]): void {
  reporter.emit({
    type: "warning",
    text: `The connection to ${server} uses algorithms that can be broken today: ${old.join(", ")}.`,
    hint: "Keep it inside a network you trust, and update that server's SSH where possible.",
    facts: { server, algorithms: [...old] },
  });
}
