import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GLB_NAME } from "../../../src/transfer/names.ts";
import { parsePlaceAddress } from "../../../src/transfer/place-address.ts";
import type { Place } from "../../../src/transfer/place.ts";
import { openPlace } from "../../../src/transfer/places/open.ts";
import { makeSshdBed, needSshd, SSHD_LATE_USER, SSHD_PASSWORD, SSHD_USER } from "../../servers/openssh.ts";
import { LATE_USER, startSamba } from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

/** What a folder is like: everything allowed; the same with a folder RESYNC.GLB in it; nothing may be written; a disk of 8 MB. */
export type FolderKind = "open" | "taken" | "locked" | "small";

/** A real server that deliveries go to. */
export interface Way {
  readonly port: number;
  /** An account whose password has expired. */
  readonly lateUser: string;
  /** Makes an empty folder, `name`, and returns its address as a person writes it. There is one small disk. */
  folder(kind: FolderKind, name: string): string;
  /** What an open folder is on this machine. */
  onDisk(name: string): string;
  /** Flags and environment that open it: with the right password, a wrong one, or (SSH) a key. */
  login(password?: "right" | "wrong"): { readonly flags: string[]; readonly env: Record<string, string> };
  /** Opens such an address here, without a proxy in front. */
  open(address: string): Promise<Place>;
  stop(): Promise<void>;
}

export const WAYS = {
  sftp: { there: () => needSshd(), start: startSftp },
  smb: { there: () => need("smbd"), start: async () => startSmb("smb") },
  smb1: { there: () => need("smbd", "smbclient"), start: async () => startSmb("smb1") },
} as const;

export type WayName = keyof typeof WAYS;

async function startSftp(): Promise<Way> {
  const bed = await makeSshdBed();
  const small = join(bed.folder, "small");
  mkdirSync(small);
  const sshd = await bed.start({ mounts: [`mount -t tmpfs -o size=8m,mode=0777 none "${small}"`] });
  const known = join(bed.folder, "known_hosts");
  writeFileSync(known, `* ${(await sshd.knownHostsLine("ed25519")).split(" ").slice(1).join(" ")}\n`);
  return {
    port: sshd.port,
    lateUser: SSHD_LATE_USER,
    folder: (kind, name) => {
      const folder = kind === "small" ? small : join(bed.data, name);
      if (kind !== "small") makeFolder(folder, kind);
      if (kind !== "small" && kind !== "locked" && process.getuid?.() === 0) chownSync(folder, 4242, 4242);
      return `sftp://${SSHD_USER}@127.0.0.1:${sshd.port}${folder}`;
    },
    onDisk: (name) => join(bed.data, name),
    login: (password) => {
      const flags = ["--known-hosts", known, ...(password === undefined ? ["--ssh-key", bed.keys.ed25519] : [])];
      const env: Record<string, string> =
        password === undefined ? {} : { RESYNC_SSH_PASSWORD: password === "right" ? SSHD_PASSWORD : "wrong" };
      return { flags, env };
    },
    open: async (address) => {
      const ssh = { knownHostsFiles: [known], keyFiles: [bed.keys.ed25519], agent: false } as const;
      return openPlace(parsePlaceAddress(address), { ssh });
    },
    stop: async () => bed.close(),
  };
}

async function startSmb(kind: "smb" | "smb1"): Promise<Way> {
  const server = await startSamba(kind === "smb" ? "defaults" : "NT1 only");
  const address = (share: string): string => `${kind}://${server.user}@127.0.0.1:${server.port}/${share}`;
  return {
    port: server.port,
    lateUser: LATE_USER,
    folder: (how, name) => {
      if (how === "small") return address("tiny");
      // Sessions at "locked" have no more rights there than the folder gives to others.
      const share = how === "locked" ? "locked" : "share";
      makeFolder(join(server.folder(share), name), how);
      return `${address(share)}/${name}`;
    },
    onDisk: (name) => join(server.folder("share"), name),
    login: (password) => ({
      flags: [],
      env: { RESYNC_SMB_PASSWORD: password === "wrong" ? "wrong" : server.password },
    }),
    open: async (text) => openPlace(parsePlaceAddress(text), { smb: { secret: async () => server.password } }),
    stop: async () => server.stop(),
  };
}

function makeFolder(path: string, kind: FolderKind): void {
  mkdirSync(kind === "taken" ? join(path, GLB_NAME) : path, { recursive: true });
  chmodSync(path, kind === "locked" ? 0o555 : 0o777);
}
