import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunContext } from "../../../../../src/context.ts";
import { DXA_KEY, DXA_SERVICE, type DssHost } from "../../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { awaitHandoff } from "../../../../../src/push/generate/handoff/await.ts";
import { prepareHandoff } from "../../../../../src/push/generate/handoff/prepare.ts";
import { openWindowsHost } from "../../../../../src/push/generate/hosts/windows.ts";
import { wineMachine } from "../../../../../src/push/generate/hosts/windows/wine.ts";
import { localPlace } from "../../../../../src/transfer/places/local.ts";
import { dssHostContract } from "../../../../contract/dss-host.ts";
import { startWine, WINE_PROGRAMS, type WineHost } from "../../../../servers/wine.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";

const NAMES = ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"];

/** `npm run test:wine`: 700 MB of Wine and half a minute are too much for every run of the tests. */
const asked = process.env["RESYNC_WINE"] !== undefined;

describe.skipIf(!asked || !need(...WINE_PROGRAMS))("Windows as Wine makes it", { timeout: 180_000 }, () => {
  let wine: WineHost;
  let host: DssHost;
  beforeAll(async () => {
    wine = await startWine();
    host = openWindowsHost(wineMachine({ prefix: wine.prefix }));
  }, 120_000);
  afterAll(() => wine.stop());

  const running = async (): Promise<void> => {
    while ((await host.queryService(DXA_SERVICE)).state.endsWith("-pending"));
    await host.requestStart(DXA_SERVICE);
    while ((await host.queryService(DXA_SERVICE)).state !== "running");
  };

  let count = 0;
  dssHostContract("Wine", async () => {
    const folder = join(wine.drive, `folder ${++count}`);
    await mkdir(folder);
    return {
      host: openWindowsHost(wineMachine({ prefix: wine.prefix })),
      folder: `C:\\folder ${count}`,
      put: (name, bytes) => writeFile(join(folder, name), bytes),
      program: { path: "C:\\Exchsrvr\\BIN\\dxa.exe", version: "5.5.2653.23" },
      patienceMs: 10_000,
      async close() {
        for (const name of (await host.listValues(DXA_KEY)).keys()) {
          if (name.startsWith("ResyncContractTest")) await host.deleteValue(DXA_KEY, name);
        }
        await running();
      },
    };
  });

  it("writes a list, and is as it was", async () => {
    await running();
    const run = join(wine.drive, "run");
    await mkdir(run);
    const before = await host.listValues(DXA_KEY);
    const list = await generate(
      host,
      {
        requestors: NAMES,
        timeoutMs: 20_000,
        stateTimeoutMs: 20_000,
        pollMs: 50,
        settleMs: 50,
        privateCopy: join(run, "copy.glb"),
        backupFile: join(run, "backup.reg"),
      },
      await testContext(),
    );
    expect(await listText(join(run, "copy.glb"))).toEqual(NAMES);
    expect(list).toMatchObject({ dxaVersion: "5.5.2653.23", globalMax: true, dxadata: "C:\\exchsrvr\\dxadata" });
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
    await rm(join(wine.dxadata, "Resync.glb"));
  });

  it("tells a service that ends at its start", async () => {
    await running();
    await wine.knob("FailStart", 1069);
    await host.requestStop(DXA_SERVICE);
    while ((await host.queryService(DXA_SERVICE)).state !== "stopped");
    await host.requestStart(DXA_SERVICE).catch(() => undefined);
    while ((await host.queryService(DXA_SERVICE)).state !== "stopped");
    expect(await host.queryService(DXA_SERVICE)).toMatchObject({ state: "stopped", win32ExitCode: 1069 });
    await wine.knob("FailStart", 0);
    await running();
  });

  /** Prepares a handoff on drive C. Wine's TYPE does not convert UTF-16 as Windows's does, so a program stands in for it; its FIND has no /I. */
  const handoff = async (name: string, context: RunContext): Promise<string> => {
    const folder = join(wine.drive, name);
    await mkdir(folder);
    await prepareHandoff({ requestors: NAMES, folder, globalMax: true }, context);
    const command = join(folder, "RESYNC.CMD");
    const text = (await readFile(command, "latin1")).replaceAll(/^TYPE /gmu, "C:\\exchsrvr\\bin\\show.exe ");
    await writeFile(command, text.replaceAll("FIND /I ", "FIND "), "latin1");
    return folder;
  };

  it("runs the operator's command file", async () => {
    await running();
    await writeFile(join(wine.dxadata, "Resync.glb"), "an earlier list");
    const context = await testContext();
    const folder = await handoff("handoff", context);
    const before = await host.listValues(DXA_KEY);
    const said = await wine.wine("cmd", "/c", "cd C:\\handoff && RESYNC.CMD");
    expect(said).toContain("Done. Please bring RESYNC.GLB");
    const list = await awaitHandoff(
      {
        folder,
        place: localPlace(folder),
        privateCopy: join(wine.drive, "handed.glb"),
        pollMs: 100,
        settleMs: 50,
        timeoutMs: 5000,
      },
      context,
    );
    expect(await listText(list.copy)).toEqual(NAMES);
    expect(context.reporter.events.filter(({ type }) => type === "warning")).toEqual([]);
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
    const kept = await readdir(wine.dxadata);
    expect(kept.some((name) => /^RS\d{6}\.NEW$/iu.test(name))).toBe(true);
    expect(kept.some((name) => /^RS\d{6}\.OLD$/iu.test(name))).toBe(true);
  });

  it("puts back with the operator's command file what an interrupted one left", async () => {
    await running();
    const folder = await handoff("interrupted", await testContext());
    const before = await host.listValues(DXA_KEY);
    await writeFile(join(folder, "SET.TXT"), "Ours");
    await writeFile(join(folder, "GMAX.TXT"), "Ours");
    await wine.wine("regedit", "/S", "C:\\interrupted\\SET4.REG");
    await wine.wine("regedit", "/S", "C:\\interrupted\\GMAX4.REG");
    expect((await host.listValues(DXA_KEY)).size).toBe(before.size + 2);
    const said = await wine.wine("cmd", "/c", "cd C:\\interrupted && RESYNC.CMD PUTBACK");
    expect(said).toContain("Put back on request.");
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect(await readdir(folder)).toEqual(expect.not.arrayContaining(["SET.TXT", "GMAX.TXT"]));
  });
});

/** The names in the stand-in's list, each once; it writes code page 850. */
async function listText(path: string): Promise<string[]> {
  const text = (await readFile(path)).toString("latin1").replaceAll("\x81", "ü");
  return [...new Set(text.trim().split("\r\n"))];
}
