import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Check, CheckOutcome } from "../../../src/check.ts";
import { ResyncError } from "../../../src/errors.ts";
import { diagnoseDss } from "../../../src/push/generate/checks/diagnose.ts";
import { faultsOf, productOf } from "../../../src/push/generate/checks/products.ts";
import {
  DXA_KEY,
  type DssHost,
  type DssHostCapabilities,
  type RegistryKey,
} from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import type { DssOptions } from "../../../src/simulator/dss/create.ts";
import { logEvent } from "../../../src/simulator/dss/events.ts";
import { standInProgram } from "../../../src/simulator/dss/file-version.ts";
import { turnKnobs } from "../../../src/simulator/dss/knobs.ts";
import { writeJson } from "../../../src/simulator/dss/store.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext, type DssBed } from "./support.ts";

const WINDOWS_KEY: RegistryKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

let bed: DssBed;
afterEach(() => bed.close());
const open = async (options?: DssOptions): Promise<DssBed> => (bed = await dssBed(options));
const set = (name: string, value: string | number, key: RegistryKey = DXA_KEY): Promise<void> =>
  bed.host.writeValue(
    key,
    name,
    typeof value === "number" ? { type: "REG_DWORD", data: value } : { type: "REG_SZ", data: value },
  );
const drive = (path: string): string => join(bed.dir, "C", path);
/** The host without some abilities. */
const without = (...lacking: (keyof DssHostCapabilities)[]): DssHost => ({
  ...bed.host,
  capabilities: { ...bed.host.capabilities, ...Object.fromEntries(lacking.map((name) => [name, false])) },
});
const withCluster = (): DssHost => ({
  ...bed.host,
  queryService: async (name) =>
    name === "ClusSvc" ? { state: "running", startType: "automatic", win32ExitCode: 0 } : bed.host.queryService(name),
});

interface Case {
  readonly what: string;
  readonly options?: DssOptions;
  readonly prepare?: () => unknown;
  readonly host?: () => DssHost;
  readonly id: string;
  readonly outcome: CheckOutcome;
  readonly found: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: "a healthy service",
    id: "dss-service",
    outcome: "ok",
    found: /running, start type automatic, runs as NORTHSEA/u,
  },
  {
    what: "a disabled service",
    options: { failure: "service-disabled" },
    id: "dss-service",
    outcome: "refused",
    found: /disabled/u,
  },
  {
    what: "no key",
    prepare: () => writeJson(join(bed.dir, "registry.json"), {}),
    id: "dss-key",
    outcome: "refused",
    found: /not installed/u,
  },
  {
    what: "a trigger that is set",
    options: { failure: "value-present" },
    id: "dss-value",
    outcome: "refused",
    found: /SOMEBODY\/ELSE/u,
  },
  {
    what: "a requestor role",
    options: { failure: "requestor-role" },
    id: "dss-role",
    outcome: "refused",
    found: /Dirsync Requestor/u,
  },
  {
    what: "roles that cannot be seen",
    host: () => without("roles"),
    id: "dss-role",
    outcome: "unknown",
    found: /cannot be seen/u,
  },
  {
    what: "no Dxadata",
    prepare: () => rm(bed.dxadata, { recursive: true }),
    id: "dss-dxadata",
    outcome: "refused",
    found: /no folder/u,
  },
  {
    what: "no Dxa.exe",
    options: { failure: "dxa-missing" },
    id: "dss-program",
    outcome: "refused",
    found: /There is no/u,
  },
  { what: "a sound version", id: "dss-version", outcome: "ok", found: /^5\.5\.2653\.23, Exchange 5\.5 SP4$/u },
  {
    what: "an old version",
    options: { dxaVersion: "5.0.1457.10" },
    id: "dss-version",
    outcome: "warning",
    found: /Exchange 5\.0: .*template.*Thai and Hebrew/u,
  },
  {
    what: "a version that cannot be seen",
    host: () => without("fileVersion"),
    id: "dss-version",
    outcome: "unknown",
    found: /cannot be told/u,
  },
  { what: "global numbers", id: "dss-global-max", outcome: "ok", found: /is not set; a push sets it/u },
  {
    what: "no global numbers",
    options: { dxaVersion: "5.5.2448.0" },
    id: "dss-global-max",
    outcome: "warning",
    found: /does not know/u,
  },
  {
    what: "SP3",
    options: { dxaVersion: "5.5.2650.12" },
    id: "dss-containers",
    outcome: "warning",
    found: /only the default Recipients container/u,
  },
  {
    what: "SP3 with a sound Administrator",
    options: { dxaVersion: "5.5.2650.12" },
    prepare: () => writeFile(drive("exchsrvr/bin/admin.exe"), standInProgram("5.5.2651.75")),
    id: "dss-containers",
    outcome: "warning",
    found: /Admin\.exe here is 5\.5\.2651\.75: containers that an older Administrator has set/u,
  },
  { what: "containers elsewhere", id: "dss-containers", outcome: "unknown", found: /stands in the directory/u },
  { what: "a sound Msvcrt.dll", id: "dss-msvcrt", outcome: "ok", found: /^5\.0\.7303\.0$/u },
  {
    what: "Msvcrt.dll 6",
    options: { msvcrtVersion: "6.0.8397.0" },
    id: "dss-msvcrt",
    outcome: "warning",
    found: /no data to requestors/u,
  },
  {
    what: "Msvcrt.dll 6 on Windows 2000",
    options: { msvcrtVersion: "6.1.8637.0" },
    prepare: () => set("CurrentVersion", "5.0", WINDOWS_KEY),
    id: "dss-msvcrt",
    outcome: "ok",
    found: /the article speaks of NT 4/u,
  },
  {
    what: "no Msvcrt.dll",
    prepare: () => rm(drive("WINNT/system32/msvcrt.dll")),
    id: "dss-msvcrt",
    outcome: "unknown",
    found: /none to be seen/u,
  },
  { what: "NT 4 SP6", id: "dss-windows", outcome: "ok", found: /^NT 4 SP6$/u },
  {
    what: "NT 4 SP4",
    prepare: () => set("CSDVersion", "Service Pack 4", WINDOWS_KEY),
    id: "dss-windows",
    outcome: "warning",
    found: /^NT 4 SP4: .*LSASS/u,
  },
  {
    what: "NT 4 without a service pack",
    prepare: () => bed.host.deleteValue(WINDOWS_KEY, "CSDVersion"),
    id: "dss-windows",
    outcome: "warning",
    found: /without a service pack: .*2186.*268.*LSASS/u,
  },
  {
    what: "a Windows that does not tell",
    prepare: () => bed.host.deleteValue(WINDOWS_KEY, "CurrentVersion"),
    id: "dss-windows",
    outcome: "unknown",
    found: /does not tell/u,
  },
  { what: "the MTA running", id: "dss-mta", outcome: "ok", found: /running/u },
  {
    what: "the MTA stopped",
    options: { failure: "mta-stopped" },
    id: "dss-mta",
    outcome: "warning",
    found: /stopped: a start of the DXA starts it too/u,
  },
  { what: "no cluster", id: "dss-cluster", outcome: "ok", found: /not installed/u },
  { what: "a cluster", host: withCluster, id: "dss-cluster", outcome: "warning", found: /may start the DXA again/u },
  { what: "Server Monitors", id: "dss-monitor", outcome: "unknown", found: /cannot be seen/u },
  {
    what: "an earlier list",
    prepare: () => putEarlier(bed),
    id: "dss-stale",
    outcome: "warning",
    found: /dxadata\\Resync\.glb, 15 bytes/u,
  },
  { what: "no earlier list", id: "dss-stale", outcome: "ok", found: /none/u },
  { what: "a database", id: "dss-database", outcome: "ok", found: /^Xdir\.edb, \d+ bytes$/u },
  {
    what: "no database",
    options: { failure: "database-missing" },
    id: "dss-database",
    outcome: "refused",
    found: /2140, event 124/u,
  },
  {
    what: "a service that never ran",
    prepare: async () => {
      for (const name of ["Xdir.edb", "Edb.log"]) await rm(join(bed.dxadata, name));
    },
    id: "dss-database",
    outcome: "ok",
    found: /none yet/u,
  },
  { what: "room", id: "dss-disk", outcome: "ok", found: /free; four times Xdir\.edb is/u },
  {
    what: "no room",
    prepare: () => turnKnobs(bed.dir, { freeBytes: 3 }),
    id: "dss-disk",
    outcome: "warning",
    found: /^3 bytes free/u,
  },
  {
    what: "room that cannot be seen",
    host: () => without("freeSpace"),
    id: "dss-disk",
    outcome: "unknown",
    found: /cannot be told/u,
  },
  { what: "no Addr_map.cfg", id: "dss-addr-map", outcome: "ok", found: /not in use/u },
  {
    what: "a sound Addr_map.cfg",
    prepare: () => addressMap("a b\r\nc d\r\n"),
    id: "dss-addr-map",
    outcome: "ok",
    found: /ends without/u,
  },
  {
    what: "a blank line behind Addr_map.cfg",
    prepare: () => addressMap("a b\r\n\r\n"),
    id: "dss-addr-map",
    outcome: "refused",
    found: /ends with blank lines.*2140/u,
  },
  {
    what: "blanks behind Addr_map.cfg",
    prepare: () => addressMap("a b\r\n  "),
    id: "dss-addr-map",
    outcome: "refused",
    found: /blank lines/u,
  },
  {
    what: "a missing Addr_map.cfg",
    prepare: () => set("AddressMappingFileName", "C:\\nowhere\\addr_map.cfg"),
    id: "dss-addr-map",
    outcome: "warning",
    found: /is not there/u,
  },
  {
    what: "hand-made recipients kept out",
    prepare: () => set("RequireValidImpFrom", 1),
    id: "dss-hand-made",
    outcome: "ok",
    found: /left out/u,
  },
  { what: "hand-made recipients", id: "dss-hand-made", outcome: "unknown", found: /not set/u },
  { what: "numbered names", id: "dss-unique-names", outcome: "ok", found: /gets a number/u },
  {
    what: "names in another case",
    prepare: () => set("unique display names", 0),
    id: "dss-unique-names",
    outcome: "warning",
    found: /case counts/u,
  },
  {
    what: "numbered names of an old Dxa.exe",
    options: { dxaVersion: "5.5.2232.0" },
    prepare: () => set("Unique Display Names", 0),
    id: "dss-unique-names",
    outcome: "warning",
    found: /may still number/u,
  },
  { what: "a kick", id: "dss-kick", outcome: "ok", found: /--kick-after sets it/u },
  { what: "no kick", host: () => without("pause"), id: "dss-kick", outcome: "unknown", found: /cannot send/u },
  { what: "quiet logs", id: "dss-events", outcome: "ok", found: /are empty/u },
  {
    what: "telling events",
    prepare: () => logEvent(bed.dir, 133, "DS_E_BAD_ARGUMENT"),
    id: "dss-events",
    outcome: "warning",
    found: /MSExchangeDX 133 \(the Exchange directory returned an error/u,
  },
  {
    what: "a start that failed",
    prepare: () =>
      logEvent(bed.dir, 7000, "Microsoft Exchange Directory Synchronization", {
        log: "System",
        source: "Service Control Manager",
      }),
    id: "dss-events",
    outcome: "warning",
    found: /Service Control Manager 7000/u,
  },
  {
    what: "another service's failed start",
    prepare: () => logEvent(bed.dir, 7000, "Spooler", { log: "System", source: "Service Control Manager" }),
    id: "dss-events",
    outcome: "ok",
    found: /nothing that matters/u,
  },
  {
    what: "logs that cannot be read",
    host: () => without("eventLog"),
    id: "dss-events",
    outcome: "unknown",
    found: /cannot be read/u,
  },
  {
    what: "logs that are refused",
    host: () => ({
      ...bed.host,
      eventMark: () => Promise.reject(new ResyncError("ACCESS_DENIED", { message: "denied" })),
    }),
    id: "dss-events",
    outcome: "unknown",
    found: /denied/u,
  },
];

async function addressMap(text: string): Promise<void> {
  await writeFile(drive("exchsrvr/addr_map.cfg"), text);
  await set("AddressMappingFileName", "c:\\exchsrvr\\addr_map.cfg");
}

describe("what is looked at on a DSS", () => {
  it.each(CASES)("$what: $id is $outcome", async ({ options, prepare, host, id, outcome, found }) => {
    await open(options);
    await prepare?.();
    const before = options?.failure === undefined && prepare === undefined ? await pictureOf(bed) : undefined;
    const checks = await diagnoseDss(host?.() ?? bed.host);
    const [one, ...more] = checks.filter((check) => check.id === id);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ outcome, found: expect.stringMatching(found) as string });
    if (before !== undefined) expect(await pictureOf(bed)).toEqual(before);
  });

  it("is a title, an article and a remedy for each", async () => {
    await open();
    const checks = await diagnoseDss(bed.host);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(checks.filter(({ title, article }) => title === "" || !/^Q\d/u.test(article ?? ""))).toEqual([]);
    const silent = ({ outcome, remedy }: Check): boolean => outcome !== "ok" && remedy === undefined;
    expect(checks.filter(silent)).toEqual([]);
    expect(new Set(CASES.map(({ id }) => id))).toEqual(new Set(checks.map(({ id }) => id)));
  });

  it("ends when the host is lost in the middle", async () => {
    await open();
    const lost = new ResyncError("CONNECTION_LOST", { message: "gone" }).with({ exitCode: 4 });
    const host = { ...bed.host, freeBytes: () => Promise.reject(lost) };
    await expect(diagnoseDss(host)).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });
});

describe("what a push makes of it", () => {
  it("refuses what would keep the service from starting again, and warns of what may spoil the list", async () => {
    await open({ msvcrtVersion: "6.0.8397.0" });
    const context = await testContext({ dryRun: true });
    await generate(bed.host, requestFor(bed), context);
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "warning", reference: "Q241117", facts: { check: "dss-msvcrt" } }),
    );
    await rename(join(bed.dxadata, "Xdir.edb"), join(bed.dxadata, "Xdir.old"));
    const before = await pictureOf(bed);
    await expect(generate(bed.host, requestFor(bed), await testContext())).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      reference: "Q185225",
    });
    expect(await pictureOf(bed)).toEqual(before);
  });

  it("says nothing of a healthy one", async () => {
    await open();
    const context = await testContext({ dryRun: true });
    await generate(bed.host, requestFor(bed), context);
    expect(context.reporter.events.filter(({ type }) => type === "warning" || type === "note")).toEqual([]);
  });
});

describe("products by the version of Dxa.exe", () => {
  it.each([
    ["4.0.837.10", "Exchange 4.0", 4],
    ["4.0.996.62", "Exchange 4.0 SP5", 2],
    ["5.0.1460.13", "Exchange 5.0 SP2", 0],
    ["5.5.1960.3", "Exchange 5.5", 1],
    ["5.5.2524.0", "Exchange 5.5 SP2", 0],
    ["6.0.4417.0", "Exchange 2000", 0],
    ["3.5.0.0", "an unknown product", 0],
  ])("%s: %s, %i known faults", async (version, product, faults) => {
    await open();
    expect(productOf(version)).toBe(product);
    expect(faultsOf(version)).toHaveLength(faults);
  });
});
