import { ResyncError } from "../../../../errors.ts";
import type { WindowsMachine } from "./machine.ts";

/**
 * Another Windows machine in the network of `local`, with the rights of the user who is signed in there. Its folders are reached through
 * the administrative shares of its drives, because Dxadata itself is not shared (Q186787, Q152808). `host` as `parseWindowsAddress` gives it.
 */
export function remoteWindows(local: WindowsMachine, host: string): WindowsMachine {
  return {
    ...local,
    label: `windows://${host}`,
    remote: host,
    hostPath: async (windowsPath) => local.hostPath(throughShare(host, windowsPath)),
  };
}

/**
 * The host's name, in lower case, of `windows://HOST`. `undefined` for this machine, whose name is `own`: `windows:`, its label in journals
 * (`thisWindows`), and `windows://OWN`, so that a machine has one label and one lock. Throws `USAGE` for anything else.
 */
export function parseWindowsAddress(text: string, own: string): string | undefined {
  if (["windows:", `windows:${own}`, `windows://${own}`].some((one) => one.toLowerCase() === text.toLowerCase()))
    return undefined;
  const host = /^windows:\/\/([a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?)\/?$/iu.exec(text)?.[1];
  if (host !== undefined) return host.toLowerCase();
  throw new ResyncError("USAGE", {
    message: `"${text}" is not the address of a Windows machine.`,
    state: "Nothing was started.",
    hint: "Write windows: for this machine, or windows://HOST with the name or IPv4 address of another: letters, digits, dots, hyphens and underscores.",
  });
}

/** `C:\exchsrvr` as `\\HOST\C$\exchsrvr`. */
function throughShare(host: string, windowsPath: string): string {
  const found = /^([a-z]):[\\/]*(.*)$/isu.exec(windowsPath);
  if (found === null) {
    throw new ResyncError("NAME_INVALID", {
      message: `${windowsPath} is not a path with a drive letter, so no administrative share of ${host} leads there.`,
      facts: { path: windowsPath },
    });
  }
  return `\\\\${host}\\${(found[1] ?? "").toUpperCase()}$\\${found[2] ?? ""}`;
}
