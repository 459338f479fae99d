import { readFile, statfs } from "node:fs/promises";
import { ResyncError } from "../../../errors.ts";
import { localPlace } from "../../../transfer/places/local.ts";
import type { DssHost } from "../dss-host.ts";
import { fileVersionOf } from "./pe-version.ts";
import { windowsEvents } from "./windows/events.ts";
import type { WindowsMachine } from "./windows/machine.ts";
import { remoteRegistry } from "./windows/remote-registry.ts";
import { windowsRegistry } from "./windows/registry.ts";
import { windowsServices } from "./windows/services.ts";

export interface WindowsHostOptions {
  /** Milliseconds after which a call of reg.exe, sc.exe or wevtutil.exe is killed. Default 60 000. */
  readonly timeoutMs?: number;
}

/** A Windows machine by its own programs: this one (`thisWindows`), another in its network (`remoteWindows`), or a Wine prefix (`wineMachine`). */
export function openWindowsHost(machine: WindowsMachine, { timeoutMs = 60_000 }: WindowsHostOptions = {}): DssHost {
  const registry = (machine.remote === undefined ? windowsRegistry : remoteRegistry)(machine, timeoutMs);
  return {
    label: machine.label,
    capabilities: { fileVersion: true, eventLog: true, freeSpace: true, pause: true, roles: false },
    ...registry,
    ...windowsServices(machine, registry.readValue, timeoutMs),
    openFolder: async (windowsPath) => localPlace(await machine.hostPath(windowsPath)),
    async fileVersion(windowsPath) {
      const bytes = await readFile(await machine.hostPath(windowsPath)).catch(() => undefined);
      return bytes && fileVersionOf(bytes);
    },
    async freeBytes(windowsPath) {
      const { bavail, bsize } = await statfs(await machine.hostPath(windowsPath));
      return bavail * bsize;
    },
    ...windowsEvents(machine, timeoutMs),
    dirsyncRoles: () =>
      Promise.reject(
        new ResyncError("CONTRACT", {
          message: `${machine.label} cannot look up directory objects: ask its capabilities first.`,
        }),
      ),
    close: () => Promise.resolve(),
  };
}
