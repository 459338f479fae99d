import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { need } from "../support/need.ts";

const run = promisify(execFile);
const asRoot = process.getuid?.() === 0;

/** The account of the private servers; it exists only inside their mount namespace. Without root it is this process's own, by key only. */
export const SSHD_USER = asRoot ? "resync" : userInfo().username;
export const SSHD_PASSWORD = "S3cret pw";
/** An account whose password, the same, has expired. Root only. */
export const SSHD_LATE_USER = "late";
export const KEY_PASSPHRASE = "pass phrase";
const UID = asRoot ? 4242 : -1;
/** `openssl passwd -6` of `SSHD_PASSWORD`. */
const PASSWORD_HASH =
  "$6$resyncsalt$syuo5ZggkRuOYsaNsHq2p9D3b7IZOc5eBuWJFNcXimZutqJQgbDLTXG5DMcanyvT4LH9v6Ck9kmDTIhKFY2RZ1";

/** Keys and folders that several servers share. */
export interface SshdBed {
  readonly folder: string;
  /** A folder that the account may write to, on every server without a jail. */
  readonly data: string;
  /** Private keys of the account: plain ed25519, RSA in PEM, RSA with a passphrase. A stranger's key opens nothing. */
  readonly keys: {
    readonly ed25519: string;
    readonly pem: string;
    readonly encrypted: string;
    readonly stranger: string;
  };
  start(variant?: SshdVariant): Promise<Sshd>;
  close(): Promise<void>;
}

export interface SshdVariant {
  /** What runs as SFTP subsystem: `internal-sftp` with its flags, by default without any. */
  readonly subsystem?: string;
  /** Methods on offer; all by default. */
  readonly methods?: readonly ("publickey" | "password" | "keyboard-interactive")[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Commands of the private mount namespace, run before sshd; `$BED` is the bed's folder. Root only. */
  readonly mounts?: readonly string[];
}

/** A running sshd on 127.0.0.1. */
export interface Sshd {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** A known_hosts file that knows it, all its key types. */
  readonly knownHosts: string;
  /** One line for a known_hosts file. */
  knownHostsLine(type: "ed25519" | "rsa" | "ecdsa"): Promise<string>;
  /** Processes that serve connections now. */
  sessions(): number[];
  /** Its log so far. */
  log(): string;
  close(): Promise<void>;
}

/** True where these servers can be started: Linux with OpenSSH. */
export function needSshd(): boolean {
  return process.platform === "linux" && need("sshd", "ssh-keygen", "ssh-agent");
}

/** Makes keys and folders. Nothing outside the bed's folder is changed. */
export async function makeSshdBed(): Promise<SshdBed> {
  const folder = await mkdtemp(join(tmpdir(), "resync-sshd-"));
  const running = new Set<Sshd>();
  await chmod(folder, 0o755);
  for (const name of ["etc", "keys", "data", "home", "jail", "jail/in"]) await mkdir(join(folder, name));
  const key = async (name: string, ...args: string[]): Promise<string> => {
    const path = join(folder, "keys", name);
    await run("ssh-keygen", ["-q", "-C", name, "-f", path, ...args]);
    return path;
  };
  const [ed25519, pem, encrypted, stranger] = await Promise.all([
    key("user_ed25519", "-t", "ed25519", "-N", ""),
    key("user_pem", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""),
    key("user_encrypted", "-t", "rsa", "-b", "2048", "-N", KEY_PASSPHRASE),
    key("stranger", "-t", "ed25519", "-N", ""),
    key("host_ed25519", "-t", "ed25519", "-N", ""),
    key("host_rsa", "-t", "rsa", "-b", "2048", "-N", ""),
    key("host_ecdsa", "-t", "ecdsa", "-N", ""),
  ]);
  const publicKeys = [ed25519, pem, encrypted].map(async (path) => readFile(`${path}.pub`, "utf8"));
  await writeFile(join(folder, "etc", "authorized_keys"), (await Promise.all(publicKeys)).join(""));
  await writeAccounts(folder);
  if (asRoot) for (const name of ["data", "home", "jail/in"]) await chown(join(folder, name), UID, UID);

  return {
    folder,
    data: join(folder, "data"),
    keys: { ed25519, pem, encrypted, stranger },
    start: async (variant = {}) => {
      const server = await startSshd(folder, variant);
      running.add(server);
      return server;
    },
    close: async () => {
      await Promise.all([...running].map(async (server) => server.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeAccounts(folder: string): Promise<void> {
  const etc = (name: string): string => join(folder, "etc", name);
  await writeFile(
    etc("passwd"),
    [
      "root:x:0:0:root:/root:/bin/sh",
      "sshd:x:110:65534::/run/sshd:/usr/sbin/nologin",
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
      `resync:x:${UID}:${UID}::${folder}/home:/bin/sh`,
      `${SSHD_LATE_USER}:x:${UID + 1}:${UID + 1}::${folder}/home:/bin/sh`,
      "",
    ].join("\n"),
  );
  // The third field is the day of the last change; 0 has the password changed before anything else.
  const accounts = ["root:*:19000", `resync:${PASSWORD_HASH}:19000`, `${SSHD_LATE_USER}:${PASSWORD_HASH}:0`];
  await writeFile(etc("shadow"), accounts.map((one) => `${one}:0:99999:7:::\n`).join(""), { mode: 0o600 });
  await writeFile(
    etc("pam"),
    "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n",
  );
}

async function startSshd(bed: string, variant: SshdVariant): Promise<Sshd> {
  const port = await freePort();
  const name = `sshd-${port}`;
  const methods = variant.methods ?? ["publickey", "password", "keyboard-interactive"];
  const allowed = (method: (typeof methods)[number]): string => (methods.includes(method) ? "yes" : "no");
  const config = join(bed, "etc", `${name}.conf`);
  await writeFile(
    config,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `PidFile none`,
      ...["ed25519", "rsa", "ecdsa"].map((type) => `HostKey ${bed}/keys/host_${type}`),
      `AuthorizedKeysFile ${bed}/etc/authorized_keys`,
      "StrictModes no",
      `UsePAM ${asRoot ? "yes" : "no"}`,
      `PubkeyAuthentication ${allowed("publickey")}`,
      `PasswordAuthentication ${asRoot ? allowed("password") : "no"}`,
      `KbdInteractiveAuthentication ${asRoot ? allowed("keyboard-interactive") : "no"}`,
      "PrintMotd no",
      "LogLevel VERBOSE",
      `Subsystem sftp ${variant.subsystem ?? "internal-sftp"}`,
      ...(variant.config ?? []),
      "",
    ].join("\n"),
  );
  const mounts = [
    "mount -t tmpfs -o mode=0755 none /run",
    "mkdir /run/sshd",
    'mount --bind "$BED/etc/passwd" /etc/passwd',
    'mount --bind "$BED/etc/shadow" /etc/shadow',
    'mount --bind "$BED/etc/pam" /etc/pam.d/sshd',
    ...(variant.mounts ?? []),
  ];
  const sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", config];
  const inside = ["--mount", "--propagation", "private", "sh", "-ec", `${mounts.join("; ")}; exec "$@"`, "sh", ...sshd];
  const [program = "", ...args] = asRoot ? ["unshare", ...inside] : sshd;
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, BED: bed } });
  const lines: string[] = [];
  await listening(child, lines);

  const knownHosts = join(bed, "etc", `${name}.known_hosts`);
  const line = async (type: string): Promise<string> => {
    const [kind = "", blob = ""] = (await readFile(`${bed}/keys/host_${type}.pub`, "utf8")).split(" ");
    return `[127.0.0.1]:${port} ${kind} ${blob}`;
  };
  await writeFile(knownHosts, `${(await Promise.all(["ed25519", "rsa", "ecdsa"].map(line))).join("\n")}\n`);
  return {
    host: "127.0.0.1",
    port,
    knownHosts,
    knownHostsLine: line,
    sessions: () => descendants(child.pid ?? -1),
    log: () => lines.join("\n"),
    close: async () => endAll(child),
  };
}

/** Waits for sshd's own word that it listens. Throws with its log when it ends instead. */
async function listening(child: ChildProcess, lines: string[]): Promise<void> {
  const ended = once(child, "exit").then(() => "ended" as const);
  const ready = new Promise<"ready">((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.startsWith("Server listening")) resolve("ready");
    });
  });
  if ((await Promise.race([ready, ended])) === "ended") throw new Error(`sshd did not start:\n${lines.join("\n")}`);
}

/** Ends sshd and the processes of its connections, each by its pid, and waits at most 3 s. A dead process that nobody reaps is gone, too. */
async function endAll(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const pids = [child.pid, ...descendants(child.pid)];
  for (const pid of pids) kill(pid);
  for (let wait = 0; wait < 300 && pids.some(alive); wait += 1) await pause(10);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function alive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

function descendants(pid: number): number[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/u.test(name) ? [Number(name)] : []));
  const children = all.filter((one) => statOf(one)?.parent === pid && alive(one));
  return children.flatMap((one) => [one, ...descendants(one)]);
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /su, "")
      .split(" ");
    return { state: fields[0] ?? "", parent: Number(fields[1]) };
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
