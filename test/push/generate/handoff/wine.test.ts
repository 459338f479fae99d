import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  DXA_KEY,
  DXA_SERVICE,
  GLOBAL_MAX_VALUE,
  TRIGGER_VALUE,
  type DssHost,
} from "../../../../src/push/generate/dss-host.ts";
import { awaitHandoff } from "../../../../src/push/generate/handoff/await.ts";
import { prepareHandoff } from "../../../../src/push/generate/handoff/prepare.ts";
import { localPlace } from "../../../../src/transfer/places/local.ts";
import { startWine, WINE_PROGRAMS, type WineHost } from "../../../servers/wine.ts";
import { need } from "../../../support/need.ts";
import { testContext } from "../support.ts";

const NAMES = ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"];
const FOREVER = 600_000;

/** Lines behind which the power fails; with `RESYNC_LONG=1` all of them. */
const CUTS: readonly { line: RegExp; long?: boolean }[] = [
  { line: /^ECHO Ours > GMAX\.TXT$/u, long: true },
  { line: /^START .* GMAX%REG%\.REG$/u },
  { line: /^ECHO Ours > SET\.TXT$/u, long: true },
  { line: /^START .* SET%REG%\.REG$/u },
  { line: /^REN NOW\.REG ASKED\.REG$/u, long: true },
  { line: /^NET STOP %SERVICE%$/u },
  { line: /^NET START %SERVICE%$/u, long: true },
  { line: /^COPY \/B /u, long: true },
  { line: /^REN "%DXADATA%\\RESYNC\.GLB" RS\d{6}\.NEW$/u },
  { line: /^START .* GMOFF%REG%\.REG$/u, long: true },
  { line: /^DEL GMAX\.TXT$/u, long: true },
  { line: /^DEL SET\.TXT$/u, long: true },
  { line: /^ECHO Done\. > DONE\.TXT$/u },
];
const long = process.env["RESYNC_LONG"] !== undefined;

describe.skipIf(!need(...WINE_PROGRAMS))("the operator's command file under Wine's cmd", { timeout: 120_000 }, () => {
  let wine: WineHost;
  let host: DssHost;
  let count = 0;
  beforeAll(async () => {
    wine = await startWine();
    await wine.build("show", "exchsrvr/bin/show.exe");
    host = wine.open();
  }, 120_000);
  afterAll(() => wine.stop());
  beforeEach(() => wine.reset());

  /** A folder on drive C with everything for the operator. */
  const prepared = async () => {
    const name = `stick${++count}`;
    const folder = join(wine.drive, name);
    await mkdir(folder);
    await prepareHandoff({ requestors: NAMES, folder, globalMax: true }, await testContext());
    const command = join(folder, "RESYNC.CMD");
    await writeFile(command, forWine(await readFile(command, "latin1")), "latin1");
    // With what cmd ends is left to chance: only what it said counts.
    const run = (...args: string[]): Promise<string> =>
      wine
        .wine("cmd", "/c", `cd C:\\${name}&&`, "RESYNC.CMD", ...args)
        .catch((error: { stdout: string }) => error.stdout);
    return { folder, run };
  };
  const read = (folder: string, name: string): Promise<string> => readFile(join(folder, name), "latin1");
  const kept = async (): Promise<string[]> => (await readdir(wine.dxadata)).map((name) => name.replace(/\d/gu, "9"));

  it("has the list written, hands it over, and leaves everything as it was", async () => {
    await writeFile(join(wine.dxadata, "Resync.glb"), "an earlier list");
    const { folder, run } = await prepared();
    const before = await host.listValues(DXA_KEY);
    expect(await run()).toContain("Done. Please bring RESYNC.GLB");
    const context = await testContext();
    const list = await awaitHandoff(
      {
        folder,
        requestors: NAMES,
        place: localPlace(folder),
        privateCopy: join(wine.drive, `handed${count}.glb`),
        pollMs: 100,
        settleMs: 50,
        timeoutMs: 5000,
      },
      context,
    );
    expect((await readFile(list.copy)).equals(wine.list)).toBe(true);
    expect(await wine.asked()).toEqual(NAMES);
    expect(context.reporter.events.filter(({ type }) => type === "warning")).toEqual([]);
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
    expect((await kept()).toSorted()).toEqual(["RS999999.NEW", "RS999999.OLD"]);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(["ASKED.REG", "BACKUP.REG", "DONE.TXT"]));
    expect(await run()).toContain("it is done");
  });

  it.each([
    ["does not stop", "StopMs", "does not stop. When it has ended at last, type NET START MSExchangeDX"],
    ["is not written", "IgnoreValue", "No finished RESYNC.GLB came in time"],
  ])("puts back when it %s", async (_, knob, why) => {
    const { folder, run } = await prepared();
    const before = await host.listValues(DXA_KEY);
    await wine.knob(knob, FOREVER);
    const said = await run();
    expect(said).toContain(why);
    expect(await read(folder, "FAILED.TXT")).toContain(why);
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect(await readdir(folder)).toEqual(
      expect.not.arrayContaining(["SET.TXT", "GMAX.TXT", "RESYNC.GLB", "DONE.TXT"]),
    );
  });

  it("does not begin where somebody else has set the value, or where the service does not run", async () => {
    const { folder, run } = await prepared();
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["SOMEBODY"] });
    const before = await host.listValues(DXA_KEY);
    expect(await run()).toContain(`${TRIGGER_VALUE} is in the registry already`);
    expect(await read(folder, "FAILED.TXT")).toContain("Nothing was changed.");
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    await host.deleteValue(DXA_KEY, TRIGGER_VALUE);
    await host.requestStop(DXA_SERVICE);
    await expect.poll(async () => (await host.queryService(DXA_SERVICE)).state, { timeout: 20_000 }).toBe("stopped");
    expect(await run()).toContain("NET START does not show Microsoft Exchange Directory Synchronization");
    expect((await host.queryService(DXA_SERVICE)).state).toBe("stopped");
  });

  it("puts back on request what one that was cut off left, and then begins again", async () => {
    const { folder, run } = await prepared();
    const before = await host.listValues(DXA_KEY);
    for (const mark of ["SET.TXT", "GMAX.TXT"]) await writeFile(join(folder, mark), "Ours");
    await host.writeValue(DXA_KEY, TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: NAMES });
    await host.writeValue(DXA_KEY, GLOBAL_MAX_VALUE, { type: "REG_DWORD", data: 1 });
    await writeFile(join(wine.dxadata, "Resync.glb"), "half a li");
    expect(await run()).toContain("type RESYNC PUTBACK first");
    expect(await run("PUTBACK")).toContain("Put back on request.");
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect(await kept()).toEqual(["RS999999.BAD"]);
    expect(await readdir(folder)).toEqual(expect.not.arrayContaining(["SET.TXT", "GMAX.TXT"]));
    expect(await run()).toContain("Done. Please bring RESYNC.GLB");
  });

  it.each(CUTS.filter((cut) => long || !cut.long))(
    "cut off behind $line, is put back on request and runs again",
    async ({ line }) => {
      const { folder, run } = await prepared();
      const before = await host.listValues(DXA_KEY);
      const command = join(folder, "RESYNC.CMD");
      const whole = await readFile(command, "latin1");
      const lines = whole.split("\r\n");
      const at = lines.findIndex((one) => line.test(one));
      expect(at).toBeGreaterThan(0);
      await writeFile(command, lines.toSpliced(at + 1, 0, "EXIT").join("\r\n"), "latin1");
      expect(await run()).not.toContain("Please bring");
      await writeFile(command, whole, "latin1");
      await run("PUTBACK");
      expect(await host.listValues(DXA_KEY)).toEqual(before);
      expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
      expect(await readdir(folder)).toEqual(expect.not.arrayContaining(["SET.TXT", "GMAX.TXT", "RESYNC.GLB"]));
      expect(await run()).toContain("Done. Please bring RESYNC.GLB");
      expect((await readFile(join(folder, "RESYNC.GLB"))).equals(wine.list)).toBe(true);
      expect(await host.listValues(DXA_KEY)).toEqual(before);
    },
  );
});

/**
 * What Wine's cmd lacks: its TYPE does not convert UTF-16 as Windows's does (a program stands in), its FIND has no /I, its NET says no
 * numbers. Waits are shortened to a few tries, a moment apart.
 */
function forWine(text: string): string {
  return text
    .replaceAll(/^TYPE /gmu, "C:\\exchsrvr\\bin\\show.exe ")
    .replaceAll("FIND /I ", "FIND ")
    .replaceAll('FIND "2182"', 'FIND "already"')
    .replaceAll(/^PING -n \d+ /gmu, "PING -n 2 ")
    .replaceAll(/"x{20,}"/gu, '"xxx"');
}
