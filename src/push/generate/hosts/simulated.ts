import { resolve } from "node:path";
import { EXIT, ResyncError } from "../../../errors.ts";
import { readAbout } from "../../../simulator/dss/about.ts";
import { markEvents, readEvents } from "../../../simulator/dss/events.ts";
import { standInVersion } from "../../../simulator/dss/file-version.ts";
import { readKnobs } from "../../../simulator/dss/knobs.ts";
import {
  changeRegistryValue,
  exportRegistryKey,
  listRegistryValues,
  readRegistryValue,
} from "../../../simulator/dss/registry.ts";
import { continueDxa, pauseDxa, queryDxa, startDxa, stopDxa } from "../../../simulator/dss/service.ts";
import { freeOnDrive, windowsFolder } from "../../../simulator/dss/windows-folder.ts";
import type { DssHost, RegistryKey, RegistryValue } from "../dss-host.ts";

/**
 * A simulated DSS as a host (`simulated:DIR`), built by `createDss`. Throws `NOT_FOUND` when the folder is none. A cycle that
 * the pause control starts (Q146738) only makes a DXA go on that waits for one; the simulation has no mail to send.
 */
export async function openSimulatedDss(dir: string): Promise<DssHost> {
  const root = resolve(dir);
  const about = await readAbout(root);

  const write = async (key: RegistryKey, name: string, value: RegistryValue | undefined): Promise<void> => {
    const { failure } = await readKnobs(root);
    if (failure === "registry-denied") throw accessDenied(root, key);
    if (failure === "registry-write-lost") return;
    await changeRegistryValue(root, key, name, value);
  };

  return {
    label: `simulated:${root}`,
    capabilities: { fileVersion: true, eventLog: true, freeSpace: true, pause: true, roles: true },
    readValue: (key, name) => readRegistryValue(root, key, name),
    listValues: (key) => listRegistryValues(root, key),
    writeValue: write,
    deleteValue: (key, name) => write(key, name, undefined),
    exportKey: (key) => exportRegistryKey(root, key, about.registryFiles),
    queryService: (name) => queryDxa(root, name),
    requestStop: (name) => stopDxa(root, name),
    requestStart: (name) => startDxa(root, name),
    requestPause: (name) => pauseDxa(root, name),
    requestContinue: (name) => continueDxa(root, name),
    openFolder: (windowsPath) => windowsFolder(root, windowsPath),
    fileVersion: (windowsPath) => standInVersion(root, windowsPath),
    freeBytes: (windowsPath) => freeOnDrive(root, windowsPath),
    eventMark: () => markEvents(root),
    eventsAfter: (mark) => readEvents(root, mark),
    dirsyncRoles: async () => (await readAbout(root)).roles,
    close: () => Promise.resolve(),
  };
}

function accessDenied(dir: string, key: RegistryKey): ResyncError {
  return new ResyncError("ACCESS_DENIED", {
    message: `The registry of the simulated DSS in ${dir} denies the write to ${key} (error 5).`,
    facts: { key, win32: 5 },
    exitCode: EXIT.preflight,
  });
}
