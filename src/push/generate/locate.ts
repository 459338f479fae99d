import { hasCode, type ResyncError } from "../../errors.ts";
import type { Place } from "../../transfer/place.ts";
import { DXA_KEY, EXCHANGE_SETUP_KEY, type DssHost, type RegistryValue } from "./dss-host.ts";
import { notReady } from "./not-ready.ts";

/** Where things are on a DSS. Windows paths. */
export interface DssFolders {
  /** The folder in which the DXA writes Resync.glb. */
  readonly dxadata: string;
  /** What said so: a registry value. */
  readonly source: "DXADataPath" | "Setup\\Services";
  /** Dxa.exe, from the service's ImagePath or beside the Exchsrvr folder. */
  readonly dxaExe: string | undefined;
}

/** The values of the service's key, by name. Names are found in any case. */
export interface ServiceValues {
  get(name: string): RegistryValue | undefined;
  /** The name as it stands there; as given when it does not, so that a value put back has the name it had. */
  spelled(name: string): string;
  readonly all: ReadonlyMap<string, RegistryValue>;
}

/** Reads the service's own key. `DSS_NOT_READY` when there is none. */
export async function readServiceValues(host: DssHost): Promise<ServiceValues> {
  try {
    const all = await host.listValues(DXA_KEY);
    const upper = new Map([...all].map(([name, value]) => [name.toUpperCase(), value]));
    return {
      all,
      get: (name) => upper.get(name.toUpperCase()),
      spelled: (name) => [...all.keys()].find((one) => one.toUpperCase() === name.toUpperCase()) ?? name,
    };
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
    throw notReady(
      `${host.label} has no registry key ${DXA_KEY}: the Directory Synchronization service is not installed.`,
      {
        hint: "The service comes with the MS Mail Connector. Is this the server that holds the Dirsync Server object?",
        reference: "Q168539, Q201271",
        cause: error,
      },
    );
  }
}

/**
 * Finds Dxadata: where `DXADataPath` points, if there is such a folder, else `Dxadata` below the Exchsrvr folder that setup recorded
 * (Q185504, Q149205). `DSS_NOT_READY` when neither leads to a folder.
 */
export async function locateDxadata(host: DssHost, values: ServiceValues): Promise<DssFolders> {
  const exchsrvr = plainPath(await host.readValue(EXCHANGE_SETUP_KEY, "Services"));
  const moved = plainPath(values.get("DXADataPath"));
  const candidates = [
    ...(moved === undefined ? [] : [{ dxadata: moved, source: "DXADataPath" as const }]),
    ...(exchsrvr === undefined ? [] : [{ dxadata: `${exchsrvr}\\dxadata`, source: "Setup\\Services" as const }]),
  ];
  const image = programPath(values.get("ImagePath"));
  const dxaExe = image ?? (exchsrvr === undefined ? undefined : `${exchsrvr}\\bin\\dxa.exe`);
  for (const candidate of candidates) {
    if (await folderExists(host, candidate.dxadata)) return { ...candidate, dxaExe };
  }
  throw notLocated(
    host,
    candidates.map(({ dxadata }) => dxadata),
  );
}

/** The part of a Windows path before the last backslash, and the part behind it. */
export function splitWindowsPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf("\\");
  return { folder: path.slice(0, at), name: path.slice(at + 1) };
}

/** Opens a folder of the host for `act` and closes it behind. */
export async function withFolder<T>(host: DssHost, path: string, act: (place: Place) => Promise<T>): Promise<T> {
  const place = await host.openFolder(path);
  try {
    return await act(place);
  } finally {
    await place.close();
  }
}

async function folderExists(host: DssHost, path: string): Promise<boolean> {
  try {
    await withFolder(host, path, (place) => place.list());
    return true;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) return false;
    throw error;
  }
}

/** A path value without a trailing backslash; `undefined` for one with `%variables%`, which only the host itself could resolve. */
function plainPath(value: RegistryValue | undefined): string | undefined {
  if (value?.type !== "REG_SZ" && value?.type !== "REG_EXPAND_SZ") return undefined;
  return value.data === "" || value.data.includes("%") ? undefined : value.data.replace(/\\+$/u, "");
}

/** The program of an ImagePath: without quotation marks and arguments. */
function programPath(value: RegistryValue | undefined): string | undefined {
  const text = plainPath(value);
  return /^"([^"]+)"/u.exec(text ?? "")?.[1] ?? /^.*?\.exe/iu.exec(text ?? "")?.[0];
}

function notLocated(host: DssHost, tried: string[]): ResyncError {
  const where =
    tried.length === 0
      ? "neither DXADataPath nor Setup\\Services names a folder"
      : `there is no folder ${tried.join(" or ")}`;
  return notReady(`The Dxadata folder of ${host.label} cannot be found: ${where}.`, {
    hint: "Dxadata exists only where dirsync with MS Mail was set up. Is this the right server?",
    reference: "Q201271, Q185504, Q149205",
    facts: { tried },
  });
}
