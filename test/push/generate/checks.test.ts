import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DXA_KEY, EXCHANGE_SETUP_KEY, type DssHost } from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { withReadOnlyHost } from "../../../src/push/generate/read-only-host.ts";
import { atLeast } from "../../../src/push/generate/version.ts";
import type { DssOptions } from "../../../src/simulator/dss/create.ts";
import { writeJson } from "../../../src/simulator/dss/store.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { dssBed, pictureOf, requestFor, testContext, type DssBed } from "./support.ts";

let bed: DssBed;
afterEach(() => bed.close());
const open = async (options?: DssOptions): Promise<DssBed> => (bed = await dssBed(options));

/** The checks alone, on a host that may be altered. */
async function check(alter: (host: DssHost) => Partial<DssHost> = () => ({})) {
  const context = await testContext({ dryRun: true });
  await generate({ ...bed.host, ...alter(bed.host) }, requestFor(bed), context);
  return context.reporter.events;
}

describe("what a DSS must have before anything is changed", () => {
  it("the service's key", async () => {
    await open();
    await writeJson(join(bed.dir, "registry.json"), { [EXCHANGE_SETUP_KEY]: {} });
    await expect(check()).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      message: expect.stringContaining(DXA_KEY) as string,
    });
  });

  it("a Dxadata folder", async () => {
    await open();
    await rm(bed.dxadata, { recursive: true });
    await expect(check()).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      message: expect.stringContaining("there is no folder C:\\exchsrvr\\dxadata") as string,
      reference: "Q201271, Q185504, Q149205",
    });
  });

  it("something that says where Dxadata is", async () => {
    await open();
    await bed.host.deleteValue(EXCHANGE_SETUP_KEY, "Services");
    await expect(check()).rejects.toMatchObject({
      message: expect.stringContaining("neither DXADataPath nor Setup\\Services") as string,
    });
  });

  it("a service in a state to begin with", async () => {
    await open();
    const pending = () =>
      Promise.resolve({ state: "stop-pending" as const, startType: "automatic" as const, win32ExitCode: 0 });
    await expect(check(() => ({ queryService: pending }))).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      message: expect.stringContaining("is stop-pending") as string,
    });
  });

  it("a Dirsync Server object", async () => {
    await open();
    const none = () => Promise.resolve({ server: false, requestor: false });
    await expect(check(() => ({ dirsyncRoles: none }))).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      message: expect.stringContaining("holds no Dirsync Server object") as string,
    });
  });

  it("Dxa.exe, on a host that cannot tell versions too", async () => {
    await open();
    const blind = (host: DssHost): Partial<DssHost> => ({ capabilities: { ...host.capabilities, fileVersion: false } });
    const events = await check(blind);
    expect(events).toContainEqual(
      expect.objectContaining({ id: "dss-check", found: "service running, version of Dxa.exe unknown" }),
    );
    expect(events.some((event) => event.type === "would" && event.act.includes("GlobalMax"))).toBe(false);
    await rename(join(bed.dir, "C/exchsrvr/bin/dxa.exe"), join(bed.dir, "C/exchsrvr/bin/dxa.old"));
    await expect(check(blind)).rejects.toMatchObject({ code: "DSS_NOT_READY", reference: "Q143380" });
  });

  it("an ImagePath that is quoted, or of another folder, is followed", async () => {
    await open();
    await writeFile(join(bed.dir, "C/exchsrvr/dxa.exe"), "FileVersion: 5.0.1460.13\n");
    await bed.host.writeValue(DXA_KEY, "ImagePath", { type: "REG_SZ", data: '"C:\\exchsrvr\\dxa.exe" -s' });
    expect(await check()).toContainEqual(
      expect.objectContaining({ id: "dss-check", found: "service running, Dxa.exe 5.0.1460.13" }),
    );
  });
});

describe("what is said and not refused", () => {
  it("Exchange 5.5 SP3 may write a list that is silently short", async () => {
    await open({ dxaVersion: "5.5.2650.12" });
    expect(await check()).toContainEqual(
      expect.objectContaining({ type: "warning", reference: "Q192484, Q246700, Q248828" }),
    );
    await bed.close();
    await open({ dxaVersion: "5.5.2653.23" });
    expect((await check()).some((event) => event.type === "warning")).toBe(false);
  });

  it("a role that cannot be looked up is said to be unknown", async () => {
    await open();
    const events = await check((host) => ({ capabilities: { ...host.capabilities, roles: false } }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "note", text: expect.stringContaining("cannot be seen from here") as string }),
    );
  });
});

describe("the backup", () => {
  it.each([
    ["is cut off", (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
    ["is empty", () => new Uint8Array()],
    [
      "has another value",
      (bytes: Uint8Array) =>
        Buffer.from(Buffer.from(bytes).toString("latin1").replace("00000002", "00000003"), "latin1"),
    ],
  ])("stops the run before the first change when it %s", async (_what, damage) => {
    await open();
    const before = await pictureOf(bed);
    const host: DssHost = { ...bed.host, exportKey: async (key) => damage(await bed.host.exportKey(key)) };
    const context = await testContext();
    await expect(generate(host, requestFor(bed), context)).rejects.toMatchObject({
      code: "PREFLIGHT_REFUSED",
      exitCode: 3,
      message: expect.stringContaining("cannot be relied on") as string,
    });
    expect(await pictureOf(bed)).toEqual(before);
    expect(context.entries).toEqual([]);
  });
});

describe("a read-only host", () => {
  it("refuses every write with DRY_RUN and reads on", async () => {
    await open();
    const before = await pictureOf(bed);
    const host = withReadOnlyHost(bed.host);
    const refused = { code: "DRY_RUN" };
    await expect(host.writeValue(DXA_KEY, "a", { type: "REG_SZ", data: "" })).rejects.toMatchObject(refused);
    await expect(host.deleteValue(DXA_KEY, "Start")).rejects.toMatchObject(refused);
    await expect(host.requestStop("MSExchangeDX")).rejects.toMatchObject(refused);
    await expect(host.requestStart("MSExchangeDX")).rejects.toMatchObject(refused);
    await expect(host.requestPause("MSExchangeDX")).rejects.toMatchObject(refused);
    await expect(host.requestContinue("MSExchangeDX")).rejects.toMatchObject(refused);
    const place = await host.openFolder("C:\\exchsrvr\\dxadata");
    await expect(place.remove(placePath("Xdir.edb"))).rejects.toMatchObject(refused);
    await expect(place.replace(placePath("Xdir.edb"), placePath("X"))).rejects.toMatchObject(refused);
    expect((await place.list()).length).toBeGreaterThan(0);
    expect(await pictureOf(bed)).toEqual(before);
  });
});

describe("comparing versions", () => {
  it.each([
    ["5.5.2524", "5.5.2524", true],
    ["5.5.2524.0", "5.5.2524", true],
    ["5.5.2523.99", "5.5.2524", false],
    ["6.0.4417.0", "5.5.2524", true],
    ["5.0.2358.0", "5.5.2524", false],
    ["5.5", "5.5.2524", false],
  ])("%s is at least %s: %s", async (version, wanted, expected) => {
    await open();
    expect(atLeast(version, wanted)).toBe(expected);
  });
});
