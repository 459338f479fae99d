import { splitWindowsPath } from "../locate.ts";
import { atLeast, GLOBAL_MAX_SINCE, PAUSE_KICKS_SINCE } from "../version.ts";
import { GLOBAL_MAX_VALUE, PAUSE_KICKS_VALUE } from "../dss-host.ts";
import { dssCheck } from "./dss-check.ts";
import { faultsOf, productOf } from "./products.ts";
import { windowsOf } from "./windows.ts";

const NO_VERSION = "the version of Dxa.exe cannot be told from here";
const READ_VERSION =
  "Look at the properties of Dxa.exe on the host, or at the server's in Exchange Administrator (Q166349).";

/** Which Exchange this is, and what its Dxa.exe is known for. */
export const versionCheck = dssCheck("dss-version", "Version of Dxa.exe", "Q158530", ({ dxaVersion }, say) => {
  if (dxaVersion === undefined) return say.unknown(NO_VERSION, READ_VERSION);
  const name = `${dxaVersion}, ${productOf(dxaVersion)}`;
  const faults = faultsOf(dxaVersion);
  if (faults.length === 0) return say.ok(name);
  const known = faults.map(({ what, reference }) => `${what} (${reference})`).join("; ");
  return say.warning(`${name}: ${known}`, "Install the latest service pack, and compare the number of entries.");
});

/** Whether the header's numbers can be the maxima over all requestors. */
export const globalMaxCheck = dssCheck("dss-global-max", "Numbers in the list's header", "Q215505", (scene, say) => {
  const { dxaVersion, values } = scene;
  const value = values.get(GLOBAL_MAX_VALUE);
  const set = value?.type === "REG_DWORD" ? `${GLOBAL_MAX_VALUE} is ${value.data}` : `${GLOBAL_MAX_VALUE} is not set`;
  if (dxaVersion === undefined) return say.unknown(`${set}; ${NO_VERSION}`, READ_VERSION);
  if (atLeast(dxaVersion, GLOBAL_MAX_SINCE)) return say.ok(`${set}; a push sets it for the time of the run`);
  return say.warning(
    `Dxa.exe ${dxaVersion} does not know ${GLOBAL_MAX_VALUE}: the numbers are those of the named requestors only`,
    "Import the list only at a requestor that was named; at another one IMPORT may end with Fatal error 14.",
  );
});

/** Exchange 5.5 SP3 writes the export containers where its DXA does not look. */
export const containersCheck = dssCheck(
  "dss-containers",
  "Export containers",
  "Q192484, Q246700, Q248828",
  async ({ host, dxaVersion, folders }, say) => {
    const count =
      "which containers each requestor exports, and with which trust level, stands in the directory, which is not read";
    const keep =
      "Compare the number of entries with what you expect; before SP3 keep the containers below 100 for each requestor.";
    if (dxaVersion === undefined || !atLeast(dxaVersion, "5.5.2650") || atLeast(dxaVersion, "5.5.2651"))
      return say.unknown(count, keep);
    const admin = folders.dxaExe && `${splitWindowsPath(folders.dxaExe).folder}\\admin.exe`;
    const version = admin && host.capabilities.fileVersion ? await host.fileVersion(admin) : undefined;
    const here = version === undefined ? "its Admin.exe has no version to be seen" : `its Admin.exe here is ${version}`;
    const sound = version !== undefined && atLeast(version, "5.5.2651.75");
    const lost = sound
      ? "containers that an older Administrator has set may not count"
      : "the list may silently hold only the default Recipients container";
    return say.warning(
      `Dxa.exe ${dxaVersion} is Exchange 5.5 SP3, and ${here}: ${lost}`,
      "Use Admin.exe 5.5.2651.75 or later (SP4), set the export containers again, and compare the number of entries.",
    );
  },
);

const ON_NT4 = "On NT 4 it should be 5.00.7303 and not 6.x.";

/** Msvcrt.dll 6.x on NT 4: requestors get nothing. */
export const runtimeCheck = dssCheck("dss-msvcrt", "Version of Msvcrt.dll", "Q241117", async (scene, say) => {
  const { host } = scene;
  const windows = await windowsOf(host);
  if (windows?.root === undefined || !host.capabilities.fileVersion)
    return say.unknown("it cannot be told from here", ON_NT4);
  const version = await host.fileVersion(`${windows.root}\\system32\\msvcrt.dll`);
  if (version === undefined) return say.unknown(`there is none to be seen in ${windows.root}\\system32`, ON_NT4);
  if (!atLeast(version, "6.0")) return say.ok(version);
  if (windows.version !== "4.0")
    return say.ok(`${version}; the article speaks of NT 4, and later Windows comes with such a version`);
  return say.warning(
    `${version}: with 6.x on NT 4 the DXA returns no data to requestors (events 168, 133, 143)`,
    "Put Msvcrt.dll 5.00.7303 back.",
  );
});

/** Whether a pause starts a cycle, should the file wait for one. */
export const kickCheck = dssCheck(
  "dss-kick",
  "Start of a cycle by pause",
  "Q146738",
  ({ host, values, dxaVersion }, say) => {
    if (!host.capabilities.pause)
      return say.unknown("this kind of host cannot send the pause control", "On the host: net pause MSExchangeDX.");
    const value = values.get(PAUSE_KICKS_VALUE);
    if (value?.type === "REG_DWORD" && value.data === 1) return say.ok(`${PAUSE_KICKS_VALUE} is 1`);
    const since =
      dxaVersion !== undefined && atLeast(dxaVersion, PAUSE_KICKS_SINCE)
        ? ", and not needed unless this server was upgraded from 4.0"
        : "";
    return say.ok(`${PAUSE_KICKS_VALUE} is not set${since}; push --kick-after sets it for the time of the run`);
  },
);
