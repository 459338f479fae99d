import { join } from "node:path";
import { bundled } from "./bundled.js";
import { measure } from "./measure.js";

const SMB_SCRIPT = await bundled("transfer-smb");
const SFTP_SCRIPT = await bundled("transfer-sftp");
/** Without it the npm package cannot log in on Node 17 and later: its DES and MD4 are gone from OpenSSL 3. */
const LEGACY_PROVIDER = ["--openssl-legacy-provider", "--no-deprecation"];

/**
 * Whoever carries a file. Each is a process of its own, measured from its start to its end. `far` is the target's path on this machine,
 * beyond the protocol; `peer` is whose time the ratio refers to. `start` runs the program without a transfer. A contender without
 * `get` only puts; one with `loopbackOnly` takes minutes on a long line.
 */
export function contenders(servers) {
  return [
    copy(servers.plain),
    ...["plain", "signed", "encrypted"].flatMap((mode) => [smbclient(servers[mode], mode), own(servers[mode], mode)]),
    npmPackage(servers.old),
    openssh(servers.ssh),
    ownSftp(servers.ssh),
    library(servers.ssh),
  ];
}

function copy({ share }) {
  const far = join(share, "target");
  return {
    name: "cp",
    far,
    start: async () => measure("cp", ["--version"]),
    put: async (local) => measure("cp", [local, far]),
    get: async (local) => measure("cp", [far, local]),
  };
}

function smbclient({ port, user, share }, mode) {
  const run = async (command) =>
    measure(
      "smbclient",
      ["//127.0.0.1/share", "-p", port, "-s", "/dev/null", "-U", `WORKGROUP/${user}`, "-E", "-c", command].map(String),
    );
  return {
    name: `smbclient, ${mode}`,
    far: join(share, "target"),
    start: async () => measure("smbclient", ["--version"]),
    put: async (local) => run(`put ${local} target`),
    get: async (local) => run(`get target ${local}`),
  };
}

function own({ port, user, share }, mode) {
  const run = async (act, local) =>
    measure(process.execPath, [SMB_SCRIPT, "resync", act, mode, local, "target", String(port), user]);
  return {
    name: `resync, ${mode}`,
    peer: `smbclient, ${mode}`,
    far: join(share, "target"),
    start: async () => run("start", ""),
    put: async (local) => run("put", local),
    get: async (local) => run("get", local),
  };
}

function npmPackage({ port, user, share }) {
  const run = async (act, local) =>
    measure(process.execPath, [
      ...LEGACY_PROVIDER,
      SMB_SCRIPT,
      "smb2",
      act,
      "plain",
      local,
      "target",
      String(port),
      user,
    ]);
  return {
    name: "npm smb2",
    peer: "smbclient, plain",
    far: join(share, "target"),
    start: async () => run("start", ""),
    put: async (local) => run("put", local),
  };
}

function openssh({ port, user, data, file }) {
  const options = [`IdentityFile=${file("user")}`, "IdentitiesOnly=yes", `UserKnownHostsFile=${file("known_hosts")}`];
  const flags = [...options, "BatchMode=yes"].flatMap((option) => ["-o", option]);
  const run = async (batch) =>
    measure("sftp", ["-q", "-F", "none", "-P", String(port), ...flags, "-b", "-", `${user}@127.0.0.1`], {
      input: batch,
    });
  const far = join(data, "target");
  return {
    name: "OpenSSH sftp",
    far,
    start: async () => measure("ssh", ["-V"]),
    // -f flushes to the disk at the end, as resync does.
    put: async (local) => run(`put -f ${local} ${far}\n`),
    get: async (local) => run(`get ${far} ${local}\n`),
  };
}

const sftpScript =
  (who, name, more = {}) =>
  ({ port, user, data, file }) => {
    const far = join(data, "target");
    const run = async (act, local) =>
      measure(process.execPath, [
        SFTP_SCRIPT,
        who,
        act,
        local,
        far,
        String(port),
        user,
        file("user"),
        file("known_hosts"),
      ]);
    return {
      name,
      ...more,
      peer: "OpenSSH sftp",
      far,
      start: async () => run("start", ""),
      put: async (local) => run("put", local),
      get: async (local) => run("get", local),
    };
  };
const ownSftp = sftpScript("resync", "resync sftp");
const library = sftpScript("library", "ssh2-sftp-client", { loopbackOnly: true });
