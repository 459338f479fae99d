import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { SmbAddress } from "../../src/transfer/place-address.ts";
import { answers, freePort } from "./ports.ts";
import { runNow, startDaemon } from "./samba-nt/processes.ts";

/** What sets one server apart from Samba's defaults: lines of `[global]`. */
const VARIANTS = {
  defaults: [],
  "signing mandatory": ["server signing = mandatory"],
  "encryption required": ["smb encrypt = required"],
  "3.1.1 only": ["server min protocol = SMB3_11"],
  "2.0.2 only": ["server max protocol = SMB2_02"],
  "2.1 only, signing": ["server max protocol = SMB2_10", "server signing = mandatory"],
  "3.0 only": ["server max protocol = SMB3_00"],
  "3.0 only, encryption": ["server max protocol = SMB3_00", "smb encrypt = required"],
  "3.0.2 only, encryption": ["server max protocol = SMB3_02", "smb encrypt = required"],
  "AES-128-CCM": ["smb encrypt = required", "server smb3 encryption algorithms = AES-128-CCM"],
  "AES-256-CCM": ["smb encrypt = required", "server smb3 encryption algorithms = AES-256-CCM"],
  "AES-256-GCM": ["smb encrypt = required", "server smb3 encryption algorithms = AES-256-GCM"],
  "AES-CMAC": ["server signing = mandatory", "server smb3 signing algorithms = AES-128-CMAC"],
  "HMAC-SHA256": ["server signing = mandatory", "server smb3 signing algorithms = HMAC-SHA256"],
  "guest mapping": ["map to guest = Bad User"],
  "NT1 only": ["server min protocol = NT1", "server max protocol = NT1"],
  "NT1 only, NTLMv1": ["server min protocol = NT1", "server max protocol = NT1", "ntlm auth = ntlmv1-permitted"],
  "NT1 only, guest mapping": ["server min protocol = NT1", "server max protocol = NT1", "map to guest = Bad User"],
  "NT1 only, guests by wrong password": [
    "server min protocol = NT1",
    "server max protocol = NT1",
    "map to guest = Bad Password",
  ],
} as const satisfies Record<string, readonly string[]>;

export type SambaVariant = keyof typeof VARIANTS;
export const SAMBA_VARIANTS = Object.keys(VARIANTS) as SambaVariant[];

/**
 * The shares: everything allowed; read-only; the share permission "Change"; not for this user; a folder that this user may not write
 * to; encrypted; a disk of 8 MB, which only root can make.
 */
export type SambaShare = "share" | "ro" | "change" | "noaccess" | "locked" | "encrypted" | "tiny";

/** A user whose password, the same as everybody's, must be changed before it opens anything. Only where the tests run as root. */
export const LATE_USER = "late";

/** A private smbd on a loopback port of its own; nothing outside its temporary folder is written. */
export interface SambaServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: "backup";
  readonly password: string;
  /** What a share is on this machine, as long as the server runs. */
  folder(share: SambaShare): string;
  address(share: SambaShare, path?: string): SmbAddress;
  stop(): Promise<void>;
}

const SHARES: Record<SambaShare, readonly string[]> = {
  share: ["@owner"],
  ro: ["@owner", "read only = yes"],
  change: ["@owner"],
  noaccess: ["valid users = @others"],
  locked: [],
  encrypted: ["@owner", "smb encrypt = required"],
  tiny: ["@owner"],
};

const PASSWORD = "S3cret!pw";

/** Starts a server; it takes connections when this settles. Works as root and as any other user. */
export async function startSamba(variant: SambaVariant = "defaults"): Promise<SambaServer> {
  const root = process.getuid?.() === 0;
  // As root, sessions run as an account without rights, so that shares can deny something.
  const account = root ? "games" : userInfo().username;
  const bed = mkdtempSync(join(tmpdir(), "resync-smbd-"));
  chmodSync(bed, 0o755);
  for (const name of ["state", "cache", "lock", "private", "pid", "ncalrpc", "log"]) mkdirSync(join(bed, name));
  const folder = (share: SambaShare): string => join(bed, share);
  for (const share of Object.keys(SHARES) as SambaShare[]) mkdirSync(folder(share));
  chmodSync(folder("locked"), 0o555);
  const port = await freePort();
  const conf = join(bed, "smb.conf");
  writeFileSync(conf, config(bed, port, root, VARIANTS[variant]));
  writeFileSync(join(bed, "usermap"), `${account} = backup\nlp = ${LATE_USER}\n`);
  for (const name of root ? [account, "lp"] : [account])
    runNow(["pdbedit", "-d0", "-s", conf, "-t", "-a", "-u", name], {}, `${PASSWORD}\n${PASSWORD}\n`);
  if (root) runNow(["net", "-d0", "-s", conf, "sam", "set", "pwdmustchangenow", "lp", "yes"], {});
  runNow(["sharesec", "-d0", "-s", conf, "change", "-r", "S-1-1-0:ALLOWED/0x0/CHANGE"], {});
  const daemon = startDaemon(command(conf, folder("tiny"), root), join(bed, "log", "daemon.log"), {});
  const stop = async (): Promise<void> => {
    await daemon.stop();
    rmSync(bed, { recursive: true, force: true });
  };
  if (!(await answers(port))) {
    const log = readFileSync(join(bed, "log", "daemon.log"), "utf8");
    await stop();
    throw new Error(`smbd (${variant}) did not start: ${log}`);
  }
  return {
    host: "127.0.0.1",
    port,
    user: "backup",
    password: PASSWORD,
    // The small disk is mounted where only smbd and its children see it.
    folder: (share) => (root && share === "tiny" ? `/proc/${daemon.pid}/root${folder(share)}` : folder(share)),
    address: (share, path = "") => ({
      kind: variant.startsWith("NT1") ? "smb1" : "smb",
      domain: undefined,
      user: "backup",
      host: "127.0.0.1",
      port,
      share,
      path,
    }),
    stop,
  };
}

/** As root in a mount namespace of its own, where `tiny` is a small disk that goes with the server. */
function command(conf: string, tiny: string, root: boolean): string[] {
  const smbd = ["smbd", "-F", "--no-process-group", "-s", conf];
  if (!root) return smbd;
  const script = `mount -t tmpfs -o size=8m tmpfs "${tiny}" && exec "$@"`;
  return ["unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", ...smbd];
}

function config(bed: string, port: number, root: boolean, globals: readonly string[]): string {
  const settings = [
    "server role = standalone server",
    "netbios name = RESYNCTEST",
    "disable netbios = yes",
    `smb ports = ${port}`,
    "interfaces = 127.0.0.1/8",
    "bind interfaces only = yes",
    ...["state", "cache", "lock", "pid"].map((name) => `${name} directory = ${bed}/${name}`),
    `private dir = ${bed}/private`,
    `ncalrpc dir = ${bed}/ncalrpc`,
    `log file = ${bed}/log/smbd.log`,
    "logging = file",
    "log level = 0",
    `passdb backend = tdbsam:${bed}/private/passdb.tdb`,
    `username map = ${bed}/usermap`,
    "load printers = no",
    "printcap name = /dev/null",
    "disable spoolss = yes",
    "rpc start on demand helpers = no",
    "unix charset = UTF-8",
    ...globals,
  ];
  const shares = Object.entries(SHARES).map(
    ([name, lines]) => `[${name}]\n${section([`path = ${bed}/${name}`, "read only = no", "guest ok = yes", ...lines])}`,
  );
  const words = `[global]\n${section(settings)}${shares.join("")}`;
  // As root the shares' files belong to root, as the tests make them; otherwise everything belongs to the one user there is.
  return words.replaceAll("@owner", root ? "force user = root" : "").replaceAll("@others", "daemon");
}

const section = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join("");
