import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import ssh2 from "ssh2";
import { keyFingerprint } from "../../transfer/ssh/fingerprint.ts";
import type { SftpFaults } from "./faults.ts";
import { serveSftp } from "./session.ts";
import { authenticate, type SftpUser } from "./users.ts";

export interface SftpServerOptions {
  /** The folder that clients see as `/`. */
  readonly root: string;
  /** Accounts by name. */
  readonly users: Readonly<Record<string, SftpUser>>;
  /** The host's private key; a new one when left out. */
  readonly hostKey?: string;
  readonly faults?: SftpFaults;
}

/** A running server. */
export interface SftpServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** `SHA256:…` */
  readonly hostKeyFingerprint: string;
  /** The line for a known_hosts file. */
  readonly knownHostsLine: string;
  /** What it does wrong; may be changed while it runs. */
  readonly faults: SftpFaults;
  /** Lets the process end although the server runs. */
  unref(): void;
  /** Ends the server and all its connections at once. */
  close(): Promise<void>;
}

/** Makes a host key for `SftpServerOptions.hostKey`. ssh2 1.17.0 drops a leading zero of some ed25519 keys; those are thrown away. */
export function makeHostKey(): string {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync("ed25519").private;
    if (!(ssh2.utils.parseKey(made) instanceof Error)) return made;
  }
}

/** Serves a folder over SFTP inside this process, on a free port of 127.0.0.1: for the demo, and with faults for tests. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const faults = options.faults ?? {};
  const hostKey = options.hostKey ?? makeHostKey();
  const counts = { writes: 0, reads: 0, bytes: 0 };
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    if (faults.mute === true) return;
    if ((faults.dropConnections ?? 0) > 0) {
      faults.dropConnections = (faults.dropConnections ?? 0) - 1;
      socket.end();
      return;
    }
    serveConnection(socket, hostKey, options, { faults, counts });
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const publicKey = publicPart(hostKey);

  return {
    host: "127.0.0.1",
    port,
    hostKeyFingerprint: keyFingerprint(publicKey.blob),
    knownHostsLine: `[127.0.0.1]:${port} ${publicKey.line}`,
    faults,
    unref: () => {
      listener.unref();
      for (const socket of sockets) socket.unref();
    },
    close: async () => {
      if (!listener.listening) return;
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serveConnection(
  socket: Socket,
  hostKey: string,
  { root, users }: SftpServerOptions,
  shared: { faults: SftpFaults; counts: { writes: number; reads: number; bytes: number } },
): void {
  // One ssh2 server for each connection, so that a session knows its socket.
  const ident = shared.faults.software;
  const server = new ssh2.Server({ hostKeys: [hostKey], ...(ident === undefined ? {} : { ident }) }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => authenticate(context, users));
    client.on("session", (accept) => {
      accept().on("sftp", (acceptSftp, rejectSftp) => {
        if (shared.faults.subsystemRefused === true) return rejectSftp();
        const hangUp = (how: "reset" | "close"): void =>
          void (how === "reset" ? socket.resetAndDestroy() : client.end());
        serveSftp(acceptSftp(), { root, ...shared, hangUp });
      });
    });
  });
  server.injectSocket(socket);
}

function publicPart(hostKey: string): { blob: Buffer; line: string } {
  const parsed = ssh2.utils.parseKey(hostKey);
  if (parsed instanceof Error) throw parsed;
  const blob = parsed.getPublicSSH();
  return { blob, line: `${parsed.type} ${blob.toString("base64")}` };
}
