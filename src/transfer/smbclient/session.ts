import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { runSamba, streamSamba, type SambaCall, type SambaOutput, type SambaRun } from "./run.ts";

/** A Windows machine or a Samba server, and who goes there. */
export interface SambaTarget {
  readonly host: string;
  /** TCP port; the programs try 445 and 139 themselves when it is left out. */
  readonly port?: number | undefined;
  readonly user: string;
  readonly domain?: string | undefined;
  /** Asked once, at the first call; `undefined` ends that call in `SECRET_MISSING`. */
  readonly password: () => Promise<string | undefined>;
  /** Also SMB1, which NT 4 and 2000 need; without signing, as NT 4 leaves it off (Q161372). */
  readonly smb1?: boolean | undefined;
  /** NTLM instead of NTLMv2, for NT 4 before SP4 (Q147706). Only together with `smb1`. */
  readonly ntlmv1?: boolean | undefined;
}

/** How Samba's programs are started. */
export interface SambaPrograms {
  /** Default `net`. */
  readonly netProgram?: string | undefined;
  /** Default `smbclient`. */
  readonly smbclientProgram?: string | undefined;
  /** Default `rpcclient`. */
  readonly rpcclientProgram?: string | undefined;
  /** Milliseconds without a byte in or out after which a call is ended from outside: `-t` does not end every hang. Default 60 000. */
  readonly idleMs?: number | undefined;
}

/**
 * Calls of Samba's programs against one machine, from a private folder that holds the password (0600), a configuration of its own
 * and Samba's state: the machine's own Samba is neither read nor written, and no secret stands in an argument.
 */
export interface SambaSession {
  readonly target: SambaTarget;
  /** A path for a file of the caller's in the private folder, which is made if need be. */
  file(name: string): Promise<string>;
  /** `net rpc ARGS`, the server and who goes there added. Settles with whatever was printed; throws as `runSamba` does. */
  net(args: readonly string[], call?: SambaCall): Promise<SambaOutput>;
  /**
   * One smbclient command in a share. Give one only: the exit status is that of the last, and `;` cannot be quoted.
   * All talk comes on `stderr`.
   */
  smbclient(share: string, command: string, call?: SambaCall): Promise<SambaOutput>;
  /** The same for `get NAME -`: gives the file's bytes as they come. */
  smbclientStream(share: string, command: string, call?: SambaCall): AsyncGenerator<Uint8Array, SambaOutput>;
  /** Commands of `rpcclient`, with `;` between them. */
  rpc(commands: string, call?: SambaCall): Promise<SambaOutput>;
  /** The same, giving all that is printed as it comes: structures too, which are debugging output to it. */
  rpcStream(commands: string, call?: SambaCall): AsyncGenerator<Uint8Array, SambaOutput>;
  /** Removes the private folder. Never throws; safe to call twice. */
  close(): Promise<void>;
}

/** Opens a session; nothing is sent before the first call. Throws `USAGE` for a name that no credentials file can hold. */
export function openSambaSession(target: SambaTarget, programs: SambaPrograms = {}): SambaSession {
  checkTarget(target);
  let folder: Promise<string> | undefined;
  const prepared = () => (folder ??= preparePrivateFolder(target));
  const common = async () => {
    const at = await prepared();
    const port = target.port === undefined ? [] : ["-p", String(target.port)];
    return ["-s", join(at, "smb.conf"), "-A", join(at, "login"), "-d0", ...port];
  };
  const run = async (call: SambaCall = {}): Promise<SambaRun> => {
    const at = await prepared();
    return { idleMs: programs.idleMs ?? 60_000, ...call, env: { HOME: at, PASSWD_FILE: join(at, "password") } };
  };
  const netProgram = programs.netProgram ?? "net";
  const smbclientProgram = programs.smbclientProgram ?? "smbclient";
  const smbclientArgs = async (share: string, command: string) => [
    `//${target.host}/${share}`,
    ...(await common()),
    "-E",
    "-c",
    command,
  ];
  const rpcclientProgram = programs.rpcclientProgram ?? "rpcclient";
  const rpcArgs = async (commands: string, ...more: string[]) => [
    ...(await common()),
    ...more,
    target.host,
    "-c",
    commands,
  ];
  return {
    target,
    file: async (name) => join(await prepared(), name),
    net: async (args, call) =>
      runSamba(netProgram, ["rpc", ...args, ...(await common()), "-S", target.host], await run(call)),
    smbclient: async (share, command, call) =>
      runSamba(smbclientProgram, await smbclientArgs(share, command), await run(call)),
    async *smbclientStream(share, command, call) {
      return yield* streamSamba(smbclientProgram, await smbclientArgs(share, command), await run(call));
    },
    rpc: async (commands, call) => runSamba(rpcclientProgram, await rpcArgs(commands), await run(call)),
    async *rpcStream(commands, call) {
      return yield* streamSamba(rpcclientProgram, await rpcArgs(commands, "-d1"), { ...(await run(call)), both: true });
    },
    async close() {
      const made = await folder?.catch(() => undefined);
      if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

function checkTarget({ host, user, domain = "" }: SambaTarget): void {
  // oxlint-disable-next-line no-control-regex
  const bad = [host, user, domain].find((text) => /[\u0000-\u001f\u007f]/u.test(text));
  if (bad !== undefined || host === "" || /[/\\\s]/u.test(host) || host.startsWith("-") || user === "") {
    throw new ResyncError("USAGE", {
      message: `"${host}" as host and "${user}" as user are not names that Samba's programs can be given.`,
      hint: "Give a host name or address and an account: samba://DOMAIN;user@host.",
      facts: { host, user, domain },
    });
  }
}

async function preparePrivateFolder(target: SambaTarget): Promise<string> {
  const password = await target.password();
  if (password === undefined || /[\r\n\0]/u.test(password)) {
    const what = password === undefined ? "is missing" : "has more than one line";
    throw new ResyncError("SECRET_MISSING", {
      message: `The password for ${target.user} at ${target.host} ${what}.`,
      state: "Nothing was sent.",
      hint: "Give the password alone, by environment, file, command or prompt.",
    });
  }
  await clearStaleFolders();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    for (const name of STATE_FOLDERS) await mkdir(join(folder, name), { mode: 0o700 });
    const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
    await write("smb.conf", clientConfig(target, folder));
    await write("login", `username=${target.user}\ndomain=${target.domain ?? ""}\n`);
    // A file of its own: Samba strips blanks from the beginning of a password in a credentials file.
    await write("password", password);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const PREFIX = "resync-samba-";

/** Removes private folders of our processes that were killed: they hold passwords. */
async function clearStaleFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(/^\d+/u.exec(name.slice(PREFIX.length))?.[0]) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    // Another user's cannot be removed, and is not ours to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

const STATE_FOLDERS = ["state", "cache", "lock", "private", "pid", "ncalrpc"];

function clientConfig(target: SambaTarget, folder: string): string {
  const settings = [
    "unix charset = UTF-8",
    ...STATE_FOLDERS.map((name) => `${FOLDER_SETTING[name] ?? `${name} directory`} = ${folder}/${name}`),
    "client use kerberos = off",
    ...(target.smb1 ? OLD_SERVERS : MODERN_SERVERS),
    ...(target.ntlmv1 ? ["client ntlmv2 auth = no", "client use spnego = no"] : []),
  ];
  return `[global]\n${settings.map((line) => `  ${line}\n`).join("")}`;
}

const FOLDER_SETTING: Record<string, string> = { private: "private dir", ncalrpc: "ncalrpc dir" };

/** Signing makes a server that lets strangers in as guests fail instead of taking the file as guest without a word. */
const MODERN_SERVERS = ["client min protocol = SMB2_02", "client signing = required"];
const OLD_SERVERS = [
  "client min protocol = NT1",
  "client ipc min protocol = NT1",
  "client signing = auto",
  "client ipc signing = auto",
];
