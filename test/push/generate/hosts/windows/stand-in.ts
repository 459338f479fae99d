import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WindowsMachine } from "../../../../../src/push/generate/hosts/windows/machine.ts";
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

export async function standInWindows(): Promise<StandInWindows> {
  const folder = await mkdtemp(join(tmpdir(), "resync-windows-"));
  const write = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content));
  const services = (change: Record<string, StandInService>) => write("services.json", change);
  await write("registry.json", {
    [KEY]: { ImagePath: text("C:\\exchsrvr\\bin\\dxa.exe"), Start: [4, "02000000"], Type: [4, "10000000"] },
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Exchange\\Setup": { Services: text("C:\\exchsrvr") },
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage": { OEMCP: text("850") },
  });
  const events: Record<string, object[]> = { Application: [], System: [] };
  await services({ MSExchangeDX: { state: 4, startMs: 20, stopMs: 20 } });
  for (const name of ["empty", "exchsrvr/bin", "exchsrvr/dxadata", "temp"])
    await mkdir(join(folder, "c", name), { recursive: true });
  await writeFile(join(folder, "c/exchsrvr/bin/dxa.exe"), peFile({ version: VERSION }));
  return {
    folder,
    services,
    async logEvent({ log, ...event }) {
      events[log]?.push({ ...event, at: new Date().toISOString() });
      await write("events.json", events);
    },
    list: (name, keys) => write(`${name}.json`, keys),
    machine: {
      label: "windows:stand-in",
      command: (program) => [process.execPath, join(PROGRAMS, `win-${program}.mjs`), folder],
      environment: {},
      hostPath: async (path) => join(folder, "c", ...path.slice(3).split("\\")),
      temporaryFile: (name) => ({ hostPath: join(folder, "c/temp", name), windowsPath: join(folder, "c/temp", name) }),
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** The registry as the stand-in keeps it. */
export async function registryOf(folder: string): Promise<Record<string, Record<string, [number, string]>>> {
  return JSON.parse(await readFile(join(folder, "registry.json"), "utf8")) as Record<
    string,
    Record<string, [number, string]>
  >;
}
