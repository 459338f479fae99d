import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeFolder, removeFolder } from "./folder.js";

/**
 * Starts a private sshd on 127.0.0.1 that lets this process's own account in by key. Returns where it is, `know`, which has its known_hosts
 * file name it at a port, and what ends it.
 */
export async function startSshd() {
  const folder = makeFolder("ssh");
  const path = (name) => join(folder, name);
  for (const name of ["host", "user"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path(name)]);
  mkdirSync(path("data"));
  const port = await freePort();
  const config = {
    ListenAddress: `127.0.0.1:${port}`,
    PidFile: "none",
    HostKey: path("host"),
    AuthorizedKeysFile: path("user.pub"),
    StrictModes: "no",
    UsePAM: "no",
    PermitRootLogin: "yes",
    Subsystem: "sftp internal-sftp",
  };
  writeFileSync(
    path("config"),
    Object.entries(config)
      .map(([key, value]) => `${key} ${value}\n`)
      .join(""),
  );
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", path("config")], { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => {
    sshd.kill();
    removeFolder(folder);
  };
  // Ctrl-C, a closed pipe or a failed comparison must leave no server.
  process.once("exit", kill);
  const lines = createInterface({ input: sshd.stderr });
  for await (const line of lines) if (line.startsWith("Server listening")) break;
  sshd.stderr.resume();
  const [type, key] = readFileSync(path("host.pub"), "utf8").split(" ");
  const know = (at) => appendFileSync(path("known_hosts"), `[127.0.0.1]:${at} ${type} ${key}\n`);
  know(port);
  return {
    port,
    user: userInfo().username,
    data: path("data"),
    file: path,
    know,
    close: async () => {
      const ended = once(sshd, "exit");
      kill();
      await ended;
      process.off("exit", kill);
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
