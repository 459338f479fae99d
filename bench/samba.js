import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeFolder, removeFolder } from "./folder.js";

const FOLDERS = ["state", "cache", "lock", "private", "pid", "ncalrpc", "share"];

/**
 * Starts a private smbd on 127.0.0.1 with one share. `globals` are lines of smb.conf. Returns where it is, and what ends it.
 */
export async function startSamba(globals = []) {
  const folder = makeFolder("smb");
  const path = (name) => join(folder, name);
  for (const name of FOLDERS) mkdirSync(path(name));
  const port = await freePort();
  const user = userInfo().username;
  const password = "S3cret!pw";
  writeFileSync(path("usermap"), `${user} = bench\n`);
  writeFileSync(path("smb.conf"), config(path, port, globals));
  execFileSync("pdbedit", ["-d0", "-s", path("smb.conf"), "-t", "-a", "-u", user], {
    input: `${password}\n${password}\n`,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const smbd = spawn("smbd", ["-F", "--no-process-group", "-s", path("smb.conf")], { detached: true, stdio: "ignore" });
  const kill = () => {
    if (smbd.pid !== undefined && smbd.exitCode === null && smbd.signalCode === null)
      process.kill(-smbd.pid, "SIGTERM");
  };
  const leave = () => {
    kill();
    removeFolder(folder);
  };
  // Ctrl-C, a closed pipe or a failed comparison must leave no server.
  process.once("exit", leave);
  while (!(await answers(port))) await pause(20);
  return {
    port,
    user: "bench",
    password,
    share: path("share"),
    file: path,
    close: async () => {
      const ended = once(smbd, "exit");
      kill();
      await ended;
      process.off("exit", leave);
      removeFolder(folder);
    },
  };
}

function config(path, port, globals) {
  const settings = [
    "server role = standalone server",
    "disable netbios = yes",
    `smb ports = ${port}`,
    "interfaces = 127.0.0.1/8",
    "bind interfaces only = yes",
    ...["state", "cache", "lock", "pid"].map((name) => `${name} directory = ${path(name)}`),
    `private dir = ${path("private")}`,
    `ncalrpc dir = ${path("ncalrpc")}`,
    `log file = ${path("log")}`,
    "log level = 0",
    `passdb backend = tdbsam:${path("private")}/passdb.tdb`,
    `username map = ${path("usermap")}`,
    "load printers = no",
    "disable spoolss = yes",
    "rpc start on demand helpers = no",
    ...globals,
  ];
  return `[global]\n${settings.join("\n")}\n[share]\npath = ${path("share")}\nread only = no\n`;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
