import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNow, type RunAs } from "./processes.ts";

/** What distinguishes one bed from another. */
export interface BedSettings {
  readonly address: string;
  readonly port: number;
  /** The Unix account behind `Administrator`. */
  readonly account: string;
  readonly password: string;
  /** The password of an account with fewer rights, where one can be had. */
  readonly limited: string | undefined;
  readonly smb1Only: boolean;
  readonly guests: boolean;
  readonly as: RunAs;
}

/** The folders and files of a bed. */
export interface Bed {
  readonly folder: string;
  readonly conf: string;
  /** `C:`, and Dxadata in it. */
  readonly drive: string;
  readonly dxadata: string;
  /** Where smbd looks for the servers of named pipes. */
  readonly pipes: string;
  readonly log: string;
  /** The registry at the start, a .REG file. */
  readonly seed: string;
  /** Gives a file to whom the bed belongs. */
  own(path: string): void;
}

/** Makes a bed: private folders, configuration, accounts, a registry with an Exchange DSS in it. */
export function makeBed(settings: BedSettings): Bed {
  const folder = mkdtempSync(join(tmpdir(), "resync-nt-"));
  const { uid, gid } = settings.as;
  const own = (path: string): void => {
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  };
  chmodSync(folder, 0o755);
  own(folder);
  for (const name of FOLDERS) {
    mkdirSync(join(folder, name), { mode: name === PIPES ? 0o700 : 0o755 });
    own(join(folder, name));
  }
  const conf = join(folder, "smb.conf");
  writeFileSync(conf, config(folder, settings));
  writeFileSync(join(folder, "usermap"), `${settings.account} = Administrator\ngames = limited\n`);
  addUser(conf, settings.account, settings.password, settings.as);
  if (settings.limited !== undefined) addUser(conf, "games", settings.limited, settings.as);
  const seed = join(folder, "seed.reg");
  writeFileSync(seed, SEED);
  runNow(["net", "registry", "-s", conf, "-d0", "import", seed], settings.as);
  return {
    folder,
    conf,
    drive: join(folder, "c"),
    dxadata: join(folder, "c/exchsrvr/dxadata"),
    pipes: join(folder, PIPES),
    log: join(folder, "log", "daemons.log"),
    seed,
    own,
  };
}

const PIPES = "ncalrpc/np";
const FOLDERS = [
  "state",
  "cache",
  "lock",
  "private",
  "pid",
  "log",
  "ncalrpc",
  PIPES,
  "c",
  "c/small",
  "c/exchsrvr",
  "c/exchsrvr/bin",
  "c/exchsrvr/dxadata",
];

/** Samba's import wants the empty line at the end. */
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

/** Every path private, one address, one port, no NetBIOS, no printing. Registry writes need `admin users` or smbd's own account. */
function config(folder: string, { address, port, account, limited, smb1Only, guests }: BedSettings): string {
  return `[global]
  server role = standalone server
  netbios name = NTDSS
  workgroup = WORKGROUP
  disable netbios = yes
  smb ports = ${port}
  interfaces = ${address}/8
  bind interfaces only = yes
  state directory = ${folder}/state
  cache directory = ${folder}/cache
  lock directory = ${folder}/lock
  private dir = ${folder}/private
  pid directory = ${folder}/pid
  ncalrpc dir = ${folder}/ncalrpc
  log file = ${folder}/log/smbd.log
  logging = file
  log level = 0
  max log size = 0
  passdb backend = tdbsam:${folder}/private/passdb.tdb
  username map = ${folder}/usermap
  load printers = no
  printing = bsd
  printcap name = /dev/null
  disable spoolss = yes
  rpc start on demand helpers = no
${guests ? "  map to guest = bad password\n" : ""}${smb1Only ? "  server min protocol = NT1\n  server max protocol = NT1\n  ntlm auth = ntlmv1-permitted\n" : ""}
[C$]
  path = ${folder}/c
  read only = no
${guests ? "  guest ok = yes\n" : `  valid users = ${account}\n`}${limited === undefined ? "" : `  admin users = ${account}\n`}`;
}
