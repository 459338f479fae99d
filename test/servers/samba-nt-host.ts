import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { diligent, playDxa, type DxaKnobs } from "./samba-nt/dxa.ts";
import { holdExclusively } from "./samba-nt/hold.ts";
import { serveNamedPipe } from "./samba-nt/named-pipe.ts";
import { runNow, startDaemon, type Daemon, type RunAs } from "./samba-nt/processes.ts";
import { obedient, scmService, type ScmKnobs, type ScmService } from "./samba-nt/scm.ts";
import { bedConfig } from "./samba-nt/smb-conf.ts";
import { svcctl } from "./samba-nt/svcctl.ts";

const KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";
const TRIGGER = "ResyncConnectionRDNs";

export interface SambaNtOptions {
  /** Speaks SMB1 only, as NT 4 does. */
  smb1Only?: boolean;
  /** Default 445 as root, 4450 else. */
  port?: number;
  /** Run as this user instead of the caller's; only root may ask. */
  as?: { uid: number; gid: number; name: string };
  /** More registry content: a .REG file's text, version 5.00. */
  registry?: string;
}

/** A private smbd that poses as an NT host with an Exchange DSS: real registry, real shares, our own Service Control Manager. */
export interface SambaNtHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** An account that may read the registry and nothing else; only in a bed that root runs. */
  readonly limited: { user: string; password: string } | undefined;
  /** What `C:` is on this machine. */
  readonly drive: string;
  readonly dxadata: string;
  readonly scm: ScmKnobs;
  readonly dxa: DxaKnobs;
  readonly service: ScmService;
  /** The registry below the service's key as `net registry export` writes it: to compare value by value. */
  registry(): Promise<string>;
  /** The trigger value's strings; empty without the value. */
  trigger(): Promise<string[]>;
  /** Settles when the DXA's present work is done. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the bed on a loopback address of its own; ready when it settles. Nothing outside its temporary folder is written. */
export async function startSambaNtHost(options: SambaNtOptions = {}): Promise<SambaNtHost> {
  const root = process.getuid?.() === 0 && options.as === undefined;
  const as: RunAs = options.as ? { uid: options.as.uid, gid: options.as.gid } : {};
  const account = options.as?.name ?? userInfo().username;
  const port = options.port ?? (root ? 445 : 4450);
  const address = ownAddress();
  const bed = mkdtempSync(join(tmpdir(), "resync-nt-"));
  const own = (path: string) => as.uid !== undefined && as.gid !== undefined && chownSync(path, as.uid, as.gid);
  const folder = (name: string, mode = 0o755) => {
    mkdirSync(join(bed, name), { recursive: true, mode });
    own(join(bed, name));
    return join(bed, name);
  };
  own(bed);
  for (const name of ["state", "cache", "lock", "private", "pid", "log", "ncalrpc", "c", "c/exchsrvr"]) folder(name);
  const pipes = folder("ncalrpc/np", 0o700);
  const dxadata = folder("c/exchsrvr/dxadata");
  folder("c/exchsrvr/bin");
  folder("c/small");
  const conf = join(bed, "smb.conf");
  writeFileSync(conf, bedConfig({ bed, address, port, account, limited: root, smb1Only: options.smb1Only ?? false }));
  writeFileSync(join(bed, "usermap"), `${account} = Administrator\ngames = limited\n`);
  const password = "Adm!n pw";
  addUser(conf, account, password, as);
  if (root) addUser(conf, "games", "limited pw", as);
  writeFileSync(join(bed, "seed.reg"), `${SEED}${options.registry ?? ""}\n\n`);
  const registryTool = ["registry", "-s", conf, "-d0"];
  runNow(["net", ...registryTool, "import", join(bed, "seed.reg")], as);

  const scm = obedient();
  const dxa = diligent();
  const working = new Set<Promise<void>>();
  const net = async (...args: string[]) => (await promisify(execFile)("net", [...registryTool, ...args], as)).stdout;
  const trigger = () =>
    net("getvalueraw", KEY, TRIGGER).then(
      (text) => text.split("\n").filter((line) => line !== ""),
      () => [],
    );
  const service = scmService("MSExchangeDX", scm, (state) => {
    if (state !== "running") return;
    const file = join(dxadata, "Resync.glb");
    const work: Promise<void> = playDxa(
      {
        readTrigger: trigger,
        removeTrigger: async () => void (await net("deletevalue", KEY, TRIGGER)),
        file,
        hold: () => holdExclusively({ address, conf, password, path: "exchsrvr\\dxadata\\Resync.glb" }),
      },
      dxa,
    ).finally(() => working.delete(work));
    work.catch(() => undefined);
    working.add(work);
  });
  const manager = await serveNamedPipe(join(pipes, "svcctl"), svcctl([service], scm));
  own(join(pipes, "svcctl"));
  const daemons = startSamba(bed, conf, root, as);
  const stop = async () => {
    scm.hang = false;
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await Promise.allSettled(working);
    await new Promise((resolve) => manager.close(resolve));
    rmSync(bed, { recursive: true, force: true });
  };
  try {
    await ready(join(pipes, "winreg"), address, port);
  } catch (error) {
    const log = readFileSync(join(bed, "log", "daemons.log"), "utf8");
    await stop();
    throw new Error(`the Samba bed did not start: ${log}`, { cause: error });
  }
  return {
    address,
    port,
    user: "Administrator",
    password,
    limited: root ? { user: "limited", password: "limited pw" } : undefined,
    drive: join(bed, "c"),
    dxadata,
    scm,
    dxa,
    service,
    trigger,
    async registry() {
      const file = join(bed, "registry.reg");
      await net("export", KEY, file);
      return readFileSync(file, "utf8");
    },
    async idle() {
      await Promise.all(working);
    },
    stop,
  };
}

const SEED = `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX]
"ImagePath"="C:\\\\exchsrvr\\\\bin\\\\dxa.exe"
"Start"=dword:00000002

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Exchange\\Setup]
"Services"="C:\\\\exchsrvr"
`;

function addUser(conf: string, account: string, password: string, as: RunAs): void {
  runNow(["pdbedit", "-d0", "-s", conf, "-t", "-a", "-u", account], as, `${password}\n${password}\n`);
}

/** smbd and the registry's RPC server. As root in a mount namespace, because `rpcd_*` log to /var/log/samba whatever they are told. */
function startSamba(bed: string, conf: string, root: boolean, as: RunAs): Daemon[] {
  const libexec = ["/usr/libexec/samba", "/usr/lib/samba/samba", "/usr/lib/samba"].find((at) =>
    existsSync(join(at, "samba-dcerpcd")),
  );
  if (libexec === undefined) throw new Error("samba-dcerpcd is not on this machine (Samba 4.16 or later)");
  const log = join(bed, "log", "daemons.log");
  const rpc = [
    `${libexec}/samba-dcerpcd`,
    "-F",
    "--no-process-group",
    "-s",
    conf,
    `${libexec}/rpcd_winreg`,
    `${libexec}/rpcd_lsad`,
  ];
  const files = ["smbd", "-F", "--no-process-group", "-s", conf];
  const inside = (mount: string, command: string[]) => [
    "unshare",
    "--mount",
    "--propagation=private",
    "sh",
    "-c",
    `${mount} && exec "$@"`,
    "sh",
    ...command,
  ];
  if (!root) return [startDaemon(rpc, log, as), startDaemon(files, log, as)];
  return [
    startDaemon(inside(`mount --bind "${bed}/log" /var/log/samba`, rpc), log, as),
    startDaemon(inside(`mount -t tmpfs -o size=64k tmpfs "${bed}/c/small"`, files), log, as),
  ];
}

async function ready(pipe: string, address: string, port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (existsSync(pipe) && (await answers(address, port))) return;
    await delay(25);
  }
  throw new Error("no answer within 10 s");
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

let started = 0;

/** An address in 127/8 that no other bed on this machine uses: smbd listens on it without any configuration. */
function ownAddress(): string {
  const number = (process.pid * 8 + (started++ % 8)) & 0x3fffff;
  return `127.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255 || 1}`;
}
