import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import envPaths from "env-paths";
import { errnoOf } from "../../errno.ts";
import type { Reporter } from "../../report/reporter.ts";
import { parseKnownHosts, type KnownKey } from "./known-hosts.ts";

/** resync's own file of host keys, which `resync trust` writes. */
export function ownKnownHostsFile(): string {
  return join(envPaths("resync", { suffix: "" }).config, "known_hosts");
}

/** Where host keys are looked for: resync's own file, the user's and the machine's. */
export function defaultKnownHostsFiles(): string[] {
  const folder = join(homedir(), ".ssh");
  return [
    ownKnownHostsFile(),
    join(folder, "known_hosts"),
    join(folder, "known_hosts2"),
    ...(process.platform === "win32" ? [] : ["/etc/ssh/ssh_known_hosts"]),
  ];
}

/** All keys of all files. A file that is missing or cannot be read holds none: its hosts are then refused as unknown. */
export async function readKnownHosts(files: readonly string[], reporter: Reporter): Promise<KnownKey[]> {
  const debug = (text: string): void => reporter.emit({ type: "debug", text });
  const keys = files.map(async (file) => {
    try {
      return parseKnownHosts(await readFile(file, "utf8"), file, debug);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") debug(`${file} cannot be read: ${String(error)}`);
      return [];
    }
  });
  return (await Promise.all(keys)).flat();
}
