import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Bed } from "./bed.ts";
import { startDaemon, type Daemon, type RunAs } from "./processes.ts";

/**
 * Starts smbd and the registry's RPC server. `namespaces`: each in a mount namespace of its own, which only root can have: `rpcd_*` log
 * to /var/log/samba whatever they are told, and `C:\small` becomes a disk of 64 KB.
 */
export function startDaemons(bed: Bed, namespaces: boolean, as: RunAs): Daemon[] {
  const libexec = LIBEXEC.find((at) => existsSync(join(at, "samba-dcerpcd")));
  if (libexec === undefined) throw new Error("samba-dcerpcd is not on this machine (Samba 4.16 or later)");
  const options = ["-F", "--no-process-group", "-s", bed.conf];
  const rpc = [`${libexec}/samba-dcerpcd`, ...options, `${libexec}/rpcd_winreg`, `${libexec}/rpcd_lsad`];
  const files = ["smbd", ...options];
  const start = (command: readonly string[]) => startDaemon(command, bed.log, as);
  if (!namespaces) return [start(rpc), start(files)];
  return [
    start([...mounted(`mount --bind "${bed.folder}/log" /var/log/samba`), ...rpc]),
    start([...mounted(`mount -t tmpfs -o size=64k tmpfs "${bed.drive}/small"`), ...files]),
  ];
}

const LIBEXEC = ["/usr/libexec/samba", "/usr/lib/samba/samba", "/usr/lib/samba"];

function mounted(mount: string): string[] {
  return ["unshare", "--mount", "--propagation=private", "sh", "-c", `${mount} && exec "$@"`, "sh"];
}

/** Settles when the registry's pipe is there and smbd takes connections; rejects after ten seconds. */
export async function daemonsReady(bed: Bed, host: string, port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (existsSync(join(bed.pipes, "winreg")) && (await answers(host, port))) return;
    await delay(25);
  }
  throw new Error("no answer within 10 s");
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
