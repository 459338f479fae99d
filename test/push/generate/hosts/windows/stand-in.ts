import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WindowsMachine } from "../../../../../src/push/generate/hosts/windows/machine.ts";
import { remoteWindows } from "../../../../../src/push/generate/hosts/windows/remote.ts";
import { peFile } from "../../../../support/pe-file.ts";

const PROGRAMS = fileURLToPath(new URL("../../../../../fixtures/programs/", import.meta.url));

/** What sc.exe's stand-in knows of a service. */
export interface StandInService {
  /** Win32 state number. */
  state: number;
  exit?: number;
  startMs?: number;
  stopMs?: number;
  failStart?: number;
  failStop?: number;
  deny?: boolean;
  /** It plays the DXA, and writes this file of the machine's folder. */
  list?: string;
}

/** A Windows machine made of a folder and of programs that print German. */
export interface StandInWindows {
  readonly machine: WindowsMachine;
  readonly folder: string;
  services(change: Record<string, StandInService>): Promise<void>;
  /** Writes one of the lists that the stand-ins look at: `denied.json`, `hidden.json`. */
  list(name: "denied" | "hidden", keys: readonly string[]): Promise<void>;
  /** Adds a record to an event log; with the time as it is now. */
  logEvent(event: { log: string; source: string; id: number; text: string }): Promise<void>;
  close(): Promise<void>;
}

const KEY = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";
const text = (value: string): [number, string] => [1, Buffer.from(`${value}\0`, "utf16le").toString("hex")];

/** The version of its Dxa.exe. */
export const VERSION = "5.5.2653.23";

const CODE_PAGE = {
  "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage": { OEMCP: text("850") },
};

/** The machine that the programs run on. */
export async function standInWindows(): Promise<StandInWindows> {
  const folder = await mkdtemp(join(tmpdir(), "resync-windows-"));
  const bed = await furnish(folder);
  return { ...bed, machine: runningOn(folder), close: () => rm(folder, { recursive: true }) };
}

/** The machine `dss1` in the network of the one that the programs run on. */
export async function standInRemoteWindows(): Promise<StandInWindows> {
  const here = await mkdtemp(join(tmpdir(), "resync-windows-"));
  await writeFile(join(here, "registry.json"), JSON.stringify(CODE_PAGE));
  await writeFile(join(here, "services.json"), "{}");
  const bed = await furnish(join(here, "network/dss1"));
  return { ...bed, machine: remoteWindows(runningOn(here), "dss1"), close: () => rm(here, { recursive: true }) };
}

/** Makes a DSS of a folder. */
async function furnish(folder: string): Promise<Omit<StandInWindows, "machine" | "close">> {
  for (const name of ["empty", "exchsrvr/bin", "exchsrvr/dxadata", "temp"])
    await mkdir(join(folder, "c", name), { recursive: true });
  const write = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content));
  const services = (change: Record<string, StandInService>) => write("services.json", change);
  await write("registry.json", {
    [KEY]: { ImagePath: text("C:\\exchsrvr\\bin\\dxa.exe"), Start: [4, "02000000"], Type: [4, "10000000"] },
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Exchange\\Setup": { Services: text("C:\\exchsrvr") },
    ...CODE_PAGE,
  });
  const events: Record<string, object[]> = { Application: [], System: [] };
  await services({ MSExchangeDX: { state: 4, startMs: 20, stopMs: 20 } });
  await writeFile(join(folder, "c/exchsrvr/bin/dxa.exe"), peFile({ version: VERSION }));
  return {
    folder,
    services,
    async logEvent({ log, ...event }) {
      events[log]?.push({ ...event, at: new Date().toISOString() });
      await write("events.json", events);
    },
    list: (name, keys) => write(`${name}.json`, keys),
  };
}

function runningOn(folder: string): WindowsMachine {
  return {
    label: "windows:stand-in",
    command: (program) => [process.execPath, join(PROGRAMS, `win-${program}.mjs`), folder],
    environment: {},
    hostPath: async (path) => {
      const [, host, rest] = /^\\\\([^\\]+)\\C\$\\(.*)$/u.exec(path) ?? [];
      const drive = host === undefined ? join(folder, "c") : join(folder, "network", host, "c");
      return join(drive, ...(rest ?? path.slice(3)).split("\\"));
    },
    temporaryFile: (name) => ({ hostPath: join(folder, "c/temp", name), windowsPath: join(folder, "c/temp", name) }),
  };
}

/** The registry as the stand-in keeps it. */
export async function registryOf(folder: string): Promise<Record<string, Record<string, [number, string]>>> {
  return JSON.parse(await readFile(join(folder, "registry.json"), "utf8")) as Record<
    string,
    Record<string, [number, string]>
  >;
}
