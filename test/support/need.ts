import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A Debian package for each program a test may want; named when it is missing. */
const PACKAGE: Record<string, string> = {
  sshd: "openssh-server",
  sftp: "openssh-client",
  "ssh-keygen": "openssh-client",
  "ssh-agent": "openssh-client",
  smbd: "samba",
  smbclient: "smbclient",
  rpcclient: "smbclient",
  net: "samba-common-bin",
  dosbox: "dosbox",
  nasm: "nasm",
  setpriv: "util-linux",
  wine: "wine",
  wineserver: "wine",
  "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
  "x86_64-w64-mingw32-windres": "gcc-mingw-w64-x86-64-win32",
  "mkfs.vfat": "dosfstools",
  fusefat: "fusefat",
  fusermount: "fuse",
  strace: "strace",
  tar: "tar",
  mkfifo: "coreutils",
  cat: "coreutils",
  python3: "python3",
  slapadd: "slapd",
  chromium: "chromium",
  soffice: "libreoffice-calc-nogui",
};

/**
 * True when all `programs` are on this machine. When one is missing the caller skips its tests (`describe.skipIf(!need(…))`), which is
 * said loudly on stderr; under `CI=true` it is an error instead, so that a green CI run never hides a skipped server.
 */
export function need(...programs: string[]): boolean {
  const missing = programs.filter((program) => !onPath(program));
  if (missing.length === 0) return true;
  const text = `needs ${missing.map((name) => `${name} (Debian package ${PACKAGE[name] ?? "unknown"})`).join(", ")}`;
  if (process.env["CI"] === "true") throw new Error(`CI must not skip: this test ${text}.`);
  process.stderr.write(`\n*** SKIPPED: a test file ${text}. ***\n`);
  return false;
}

/** True when Debian's Python has `module`, of the Debian package named; otherwise as `need`. */
export function needPython(module: string, debian: string): boolean {
  if (spawnSync("/usr/bin/python3", ["-c", `import ${module}`]).status === 0) return true;
  const text = `needs the Python module ${module} (Debian package ${debian})`;
  if (process.env["CI"] === "true") throw new Error(`CI must not skip: this test ${text}.`);
  process.stderr.write(`\n*** SKIPPED: a test ${text}. ***\n`);
  return false;
}

function onPath(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** True when this process may do what only root may (mount namespaces, password logins at a private sshd). */
export function needRoot(): boolean {
  if (process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0) return true;
  if (process.env["CI"] === "true") throw new Error("CI must not skip: this test needs root and mount namespaces.");
  process.stderr.write("\n*** SKIPPED: a test file needs root and mount namespaces. ***\n");
  return false;
}
