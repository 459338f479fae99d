import { readFile, statfs } from "node:fs/promises";
import { ResyncError } from "../../../errors.ts";
import { localPlace } from "../../../transfer/places/local.ts";
import type { DssHost } from "../dss-host.ts";
import { fileVersionOf } from "./pe-version.ts";
import type { WindowsMachine } from "./windows/machine.ts";
import { windowsRegistry } from "./windows/registry.ts";
import { windowsServices } from "./windows/services.ts";

export interface WindowsHostOptions {
  /** Milliseconds after which a call of reg.exe or sc.exe is killed. Default 60 000. */
  readonly timeoutMs?: number;
}

/** A Windows machine by its own programs: this one (`thisWindows`), or a Wine prefix (`wineMachine`). */
export function openWindowsHost(machine: WindowsMachine, { timeoutMs = 60_000 }: WindowsHostOptions = {}): DssHost {
  const registry = windowsRegistry(machine, timeoutMs);
  const cannot = (what: string) =>
    Promise.reject(
      new ResyncError("CONTRACT", { message: `${machine.label} cannot ${what}: ask its capabilities first.` }),
    );
  return {
    label: machine.label,
    capabilities: { fileVersion: true, eventLog: false, freeSpace: true, pause: true, roles: false },
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
    eventMark: () => cannot("read event logs"),
    eventsAfter: () => cannot("read event logs"),
    dirsyncRoles: () => cannot("look up directory objects"),
    close: () => Promise.resolve(),
  };
}
