import type { DssHost, RegistryKey } from "../dss-host.ts";
import { dssCheck } from "./dss-check.ts";

/** What a Windows says of itself. */
export interface WindowsVersion {
  /** `4.0` is NT 4, `5.0` is 2000. */
  readonly version: string;
  /** Number of the service pack; 0 without one. */
  readonly servicePack: number;
  /** `C:\WINNT`; `undefined` when it is not told plainly. */
  readonly root: string | undefined;
}

const WINDOWS_KEY: RegistryKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

/** The host's Windows, from its registry; `undefined` when it does not tell. */
export async function windowsOf(host: DssHost): Promise<WindowsVersion | undefined> {
  const text = async (name: string): Promise<string | undefined> => {
    const value = await host.readValue(WINDOWS_KEY, name);
    return value?.type === "REG_SZ" || value?.type === "REG_EXPAND_SZ" ? value.data : undefined;
  };
  const version = await text("CurrentVersion");
  if (version === undefined) return undefined;
  const servicePack = Number(/\d+/u.exec((await text("CSDVersion")) ?? "")?.[0] ?? 0);
  const root = await text("SystemRoot");
  return { version, servicePack, root: root?.includes("%") === true ? undefined : root };
}

/** Faults of NT 4 below a service pack that a restart, a log-on from afar or the DXA's files meet. */
const NT4_FAULTS = [
  [2, "with more than seven Exchange services a start may fail with 2186: set SharedSection", "Q158308"],
  [3, "the 128-bit edition breaks files of the DXA (event 268)", "Q153658"],
  [
    6,
    "the first log-on from afar after a restart can end LSASS when it is NTLMv2: log on at the console first",
    "Q241338",
  ],
] as const;

/** Which Windows this is, and what it is known for. */
export const windowsCheck = dssCheck(
  "dss-windows",
  "Windows and its service pack",
  "Q241338, Q153658",
  async ({ host }, say) => {
    const windows = await windowsOf(host);
    if (windows === undefined)
      return say.unknown("the registry does not tell", "Run winver on the host; NT 4 should have service pack 6.");
    const { version, servicePack } = windows;
    const name = version === "4.0" ? "NT 4" : version === "5.0" ? "Windows 2000" : `Windows NT ${version}`;
    const told = servicePack === 0 ? `${name} without a service pack` : `${name} SP${servicePack}`;
    const faults = version === "4.0" ? NT4_FAULTS.filter(([fixed]) => servicePack < fixed) : [];
    if (faults.length === 0) return say.ok(told);
    const known = faults.map(([, what, article]) => `${what} (${article})`).join("; ");
    return say.warning(`${told}: ${known}`, "Install service pack 6.");
  },
);
