import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXIT, ResyncError } from "../../errors.ts";
import {
  DXA_KEY,
  EXCHANGE_SETUP_KEY,
  TRIGGER_VALUE,
  type RegistryKey,
  type RegistryValue,
} from "../../push/generate/dss-host.ts";
import { registryToJson } from "../../push/generate/registry-json.ts";
import type { DssAbout } from "./about.ts";
import { keepLists } from "./directory/kept-lists.ts";
import { recipientsIn } from "./directory/read.ts";
import type { DssFailure } from "./failures.ts";
import { standInProgram } from "./file-version.ts";
import { allKnobs, type Knobs } from "./knobs.ts";
import { dssFiles, DXA_EXE, DXADATA, EXCHSRVR, localPath, MSVCRT_DLL, RESYNC_GLB, WINNT } from "./paths.ts";
import type { StoredRegistry } from "./registry.ts";
import { madeUpRequestors } from "./requestors.ts";
import type { ServiceRecord } from "./service.ts";
import { writeJson } from "./store.ts";

/** What kind of simulated DSS to build. */
export interface DssOptions {
  /** Recipients from this file: MS Mail import text or CSV. Otherwise they are made up. */
  readonly directoryFile?: string;
  /** Recipients to make up, 10 to 1,000,000; default 5,000. */
  readonly entries?: number;
  readonly failure?: DssFailure;
  /** RDNs of the Remote Dirsync Requestor objects. */
  readonly requestors?: readonly string[];
  readonly knobs?: Partial<Knobs>;
  /** Version of Dxa.exe; default 5.5.2653.23, a service pack 4. */
  readonly dxaVersion?: string;
  /** Version of Msvcrt.dll; default 5.0.7303.0, as the article wants it (Q241117). */
  readonly msvcrtVersion?: string;
  /** Moves Dxadata there, as the value `DXADataPath` does (Q185504): `D:\dxa`. */
  readonly dxaDataPath?: string;
  readonly service?: "running" | "stopped";
  /** Version of .REG files; default 4, as on NT 4. */
  readonly registryFiles?: 4 | 5;
}

/** What was built. */
export interface CreatedDss {
  readonly dir: string;
  readonly entries: number;
  readonly requestors: readonly string[];
  /** Local path of the Dxadata folder. */
  readonly dxadata: string;
}

/** Requestors of a simulated DSS when nobody names others. */
export const DEFAULT_REQUESTORS = ["NORTH/PO1", "HARBOUR", "Büro Süd"] as const;

const DEFAULT_ENTRIES = 5000;
const DEFAULT_VERSION = "5.5.2653.23";
const DEFAULT_MSVCRT = "5.0.7303.0";
const WINDOWS_KEY: RegistryKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

/**
 * Builds a simulated DSS in `dir`, which must be empty or missing: registry, service, Dxadata, requestors, recipients (docs/simulator.md).
 * Throws `ALREADY_EXISTS` for a folder with something in it, `USAGE` for a directory file that cannot be read or a number out of range.
 */
export async function createDss(dir: string, options: DssOptions = {}): Promise<CreatedDss> {
  const entries = options.entries ?? DEFAULT_ENTRIES;
  if (!Number.isInteger(entries) || entries < 10 || entries > 1_000_000) throw badNumber(entries);
  await refuseOccupied(dir);
  try {
    return await build(dir, options, entries);
  } catch (error) {
    // It was empty or missing, so all that is in it was made here.
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function build(dir: string, options: DssOptions, entries: number): Promise<CreatedDss> {
  const files = dssFiles(dir);
  const dxadata = localPath(dir, options.dxaDataPath ?? DXADATA);
  const programs = [DXA_EXE, MSVCRT_DLL].map((path) => dirname(localPath(dir, path)));
  for (const folder of [files.openFiles, ...programs, dxadata]) {
    await mkdir(folder, { recursive: true });
  }
  const kept = await keepDirectory(options.directoryFile, files.recipients);
  const requestors = madeUpRequestors(options.requestors ?? DEFAULT_REQUESTORS);
  await writeJson(files.requestors, requestors);
  await writeJson(files.knobs, allKnobs({ ...options.knobs, failure: options.failure ?? null }));
  await writeJson(files.registry, registryOf(options));
  await writeJson(files.service, serviceOf(options));
  await writeFile(files.events, "");
  if (options.failure !== "dxa-missing") {
    await writeFile(localPath(dir, DXA_EXE), standInProgram(options.dxaVersion ?? DEFAULT_VERSION));
  }
  await writeFile(localPath(dir, MSVCRT_DLL), standInProgram(options.msvcrtVersion ?? DEFAULT_MSVCRT));
  await fillDxadata(dxadata, options.failure);
  await writeJson(files.about, aboutOf(options, kept, entries));
  return { dir, entries: kept ?? entries, requestors: requestors.map(({ rdn }) => rdn), dxadata };
}

/** Sorts a directory file's recipients into their lists; `undefined` when there is no such file to read. */
async function keepDirectory(file: string | undefined, folder: string): Promise<number | undefined> {
  if (file === undefined) return undefined;
  const kept = await keepLists(recipientsIn(file), folder);
  if (kept > 0) return kept;
  throw new ResyncError("USAGE", {
    message: `${file} holds no recipient.`,
    hint: "It needs A lines as IMPORT -x writes them, or CSV rows below a header line (name,address).",
    facts: { file },
  });
}

function aboutOf(options: DssOptions, kept: number | undefined, entries: number): DssAbout {
  return {
    format: "resync-simulated-dss",
    version: 1,
    directory: kept === undefined ? { kind: "generated", entries } : { kind: "file", entries: kept },
    registryFiles: options.registryFiles ?? 4,
    roles: { server: true, requestor: options.failure === "requestor-role" },
  };
}

function registryOf(options: DssOptions): StoredRegistry {
  const disabled = options.failure === "service-disabled";
  const service: Record<string, RegistryValue> = {
    Type: { type: "REG_DWORD", data: 16 },
    Start: { type: "REG_DWORD", data: disabled ? 4 : 2 },
    ErrorControl: { type: "REG_DWORD", data: 1 },
    ImagePath: { type: "REG_EXPAND_SZ", data: DXA_EXE },
    DisplayName: { type: "REG_SZ", data: "Microsoft Exchange Directory Synchronization" },
    DependOnService: { type: "REG_MULTI_SZ", data: ["MSExchangeMTA"] },
    ObjectName: { type: "REG_SZ", data: "NORTHSEA\\exservice" },
  };
  if (options.dxaDataPath !== undefined) service["DXADataPath"] = { type: "REG_SZ", data: options.dxaDataPath };
  if (options.failure === "value-present") service[TRIGGER_VALUE] = { type: "REG_MULTI_SZ", data: ["SOMEBODY/ELSE"] };
  return {
    [DXA_KEY]: stored(service),
    // Category names of the DXA are undocumented (Q181451 documents the numbers); these are seen in events.
    [`${DXA_KEY}\\Diagnostics`]: stored({
      Startup: { type: "REG_DWORD", data: 0 },
      "MS Mail 3.2": { type: "REG_DWORD", data: 0 },
    }),
    [`${DXA_KEY}\\Security`]: stored({
      Security: { type: "other", number: 3, data: Uint8Array.of(1, 0, 20, 128, 144, 0, 0, 0) },
    }),
    [EXCHANGE_SETUP_KEY]: stored({ Services: { type: "REG_SZ", data: EXCHSRVR } }),
    [WINDOWS_KEY]: stored({
      CurrentVersion: { type: "REG_SZ", data: "4.0" },
      CSDVersion: { type: "REG_SZ", data: "Service Pack 6" },
      SystemRoot: { type: "REG_SZ", data: WINNT },
    }),
  };
}

function stored(values: Record<string, RegistryValue>): StoredRegistry[string] {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, registryToJson(value)]));
}

function serviceOf(options: DssOptions): ServiceRecord {
  const stopped = options.service === "stopped" || options.failure === "service-disabled";
  return { state: stopped ? "stopped" : "running", next: null, win32ExitCode: 0, run: 0, kicks: 0, pid: null };
}

/** The Jet files that lie there on a real one (Q193378), and what the failure puts beside them. */
async function fillDxadata(folder: string, failure: DssFailure | undefined): Promise<void> {
  const database = failure === "database-missing" ? [] : ["Xdir.edb"];
  for (const name of [...database, "Edb.log", "Edb.chk", "Res1.log", "Res2.log"]) {
    await writeFile(join(folder, name), `stands in for ${name}\r\n`);
  }
  if (failure === "stale-file") await writeFile(join(folder, RESYNC_GLB), "a master list of an earlier generation\r\n");
}

async function refuseOccupied(dir: string): Promise<void> {
  const present = await readdir(dir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  if (present.length === 0) return;
  throw new ResyncError("ALREADY_EXISTS", {
    message: `${dir} is not empty; a simulated DSS is only built in an empty or new folder.`,
    hint: "Choose another folder, or remove this one.",
    exitCode: EXIT.usage,
    facts: { dir },
  });
}

function badNumber(entries: number): ResyncError {
  return new ResyncError("USAGE", {
    message: `A simulated directory has 10 to 1,000,000 entries, not ${entries}.`,
    facts: { entries },
  });
}
