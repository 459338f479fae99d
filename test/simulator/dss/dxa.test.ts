import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseHeader } from "../../../src/glb/header.ts";
import { DXA_KEY, DXA_SERVICE, TRIGGER_VALUE } from "../../../src/push/generate/dss-host.ts";
import type { DssOptions } from "../../../src/simulator/dss/create.ts";
import { isAlive } from "../../../src/simulator/dss/alive.ts";
import { turnKnobs } from "../../../src/simulator/dss/knobs.ts";
import { killDxa, type ServiceRecord } from "../../../src/simulator/dss/service.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { dssBed, type DssBed } from "../../push/generate/support.ts";
import { listFor, recordsIn, restart, setTrigger, until, untilTaken } from "./support.ts";

let bed: DssBed;
const folders: string[] = [];
afterEach(async () => {
  await bed.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});
const open = async (options?: DssOptions): Promise<DssBed> => (bed = await dssBed(options));
const pid = async (): Promise<number | null> =>
  (JSON.parse(await readFile(join(bed.dir, "service.json"), "utf8")) as ServiceRecord).pid;

async function directory(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "resync-directory-"));
  folders.push(folder);
  const file = join(folder, "people.txt");
  await writeFile(file, text);
  return file;
}

describe("the list the simulated DXA writes", () => {
  it("is a header, then an R line for each list and its A lines, numbered from 1", async () => {
    await open({ entries: 40 });
    const records = await listFor(bed, "NORTH/PO1");
    expect(parseHeader(records[0]?.text ?? "")).toEqual({ impSeq: 2, reqSeq: 40, srvSeq: 1200 });
    expect(records.map(({ sync }) => sync)).toEqual(records.map((_, index) => index + 1));
    const lists = records.filter(({ text }) => text.startsWith("R ")).map(({ text }) => text);
    expect(lists).toEqual(["R pcm:NORTH/PO1", "R pcm:SOUTH/PO1", "R smtp:", "R fax:"]);
    expect(records.filter(({ text }) => text.startsWith("A "))).toHaveLength(40);
  });

  it("keeps to MS Mail's lengths, with types in lower case and no name twice", async () => {
    await open({ entries: 3000 });
    const entries = (await listFor(bed, "NORTH/PO1")).flatMap(
      ({ text }) => /^A (.*)\t([a-z]+):(.*)$/u.exec(text) ?? [],
    );
    const names = entries.filter((_, index) => index % 4 === 1);
    const values = entries.filter((_, index) => index % 4 === 3);
    expect(names).toHaveLength(3000);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(3000);
    expect(names.every((name) => name.length <= 30)).toBe(true);
    expect(names.some((name) => /00\d$/u.test(name))).toBe(true);
    const pcm = values.filter((value) => /^[A-Z]+\/PO\d+\//u.test(value));
    expect(pcm.every((value) => value.split("/").every((part) => part.length <= 10))).toBe(true);
  });

  it("is in code page 850", async () => {
    await open({ directoryFile: await directory("A Müller, Zoë\tPCM:NORTH/PO1/ZOE\n") });
    await listFor(bed, "NORTH/PO1");
    const bytes = await readFile(join(bed.dxadata, "Resync.glb"));
    expect(bytes.includes(Buffer.from("A M\u0081ller, Zo\u0089\tpcm:NORTH/PO1/ZOE\0", "latin1"))).toBe(true);
  });

  it("has the maxima of the named requestors only", async () => {
    await open({ requestors: ["A", "B", "C"] });
    expect(parseHeader((await listFor(bed, "A", "b"))[0]?.text ?? "")).toEqual({ impSeq: 3, reqSeq: 57, srvSeq: 1510 });
  });

  it("makes names unique within each list only when Unique Display Names is 0", async () => {
    await open({ directoryFile: await directory("A Kim\tPCM:N/P1/K1\nA Kim\tPCM:N/P2/K2\nA Kim\tPCM:N/P2/K3\n") });
    const names = async (): Promise<string[]> =>
      (await listFor(bed, "NORTH/PO1")).flatMap(({ text }) =>
        text.startsWith("A ") ? [text.slice(2).split("\t")[0] ?? ""] : [],
      );
    expect(await names()).toEqual(["Kim", "Kim001", "Kim002"]);
    await bed.host.writeValue(DXA_KEY, "Unique Display Names", { type: "REG_DWORD", data: 0 });
    expect(await names()).toEqual(["Kim", "Kim", "Kim001"]);
  });

  it("leaves out what does not fit MS Mail, with event 247", async () => {
    await open({ directoryFile: await directory("A Fits\tPCM:N/P/ABCDEFGHIJ\nA Long\tPCM:N/P/ABCDEFGHIJK\n") });
    const records = await listFor(bed, "NORTH/PO1");
    expect(records.map(({ text }) => text).slice(1)).toEqual(["R pcm:N/P", "A Fits\tpcm:N/P/ABCDEFGHIJ"]);
    expect(await bed.host.eventsAfter({ Application: 0, System: 0 })).toContainEqual(
      expect.objectContaining({ id: 247 }),
    );
  });
});

describe("how the simulated DXA goes about it", () => {
  it("honours the value only at a start of the service", async () => {
    await open();
    await setTrigger(bed, "NORTH/PO1");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeDefined();
    await restart(bed);
    await untilTaken(bed);
  });

  it("writes nothing without the value, and leaves the service running", async () => {
    await open();
    await restart(bed);
    await expect.poll(pid, { timeout: 20_000 }).toBeNull();
    await expect(stat(join(bed.dxadata, "Resync.glb"))).rejects.toMatchObject({ code: "ENOENT" });
    expect((await bed.host.queryService(DXA_SERVICE)).state).toBe("running");
  });

  it("grows the file in steps and holds it open meanwhile", async () => {
    await open({ entries: 400, knobs: { stepMs: 250, stepBytes: 1024 } });
    await setTrigger(bed, "NORTH/PO1");
    await restart(bed);
    const place = await bed.host.openFolder("C:\\exchsrvr\\dxadata");
    const file = placePath("Resync.glb");
    const size = async (): Promise<number> => (await place.stat(file))?.size ?? 0;
    await expect.poll(size, { timeout: 20_000, interval: 2 }).toBeGreaterThan(0);
    const read = async (): Promise<void> => {
      for await (const chunk of place.read(file)) void chunk;
    };
    await expect(read()).rejects.toMatchObject({ code: "FILE_BUSY", retryable: true });
    await expect(place.remove(file)).rejects.toMatchObject({ code: "FILE_BUSY" });
    await expect(place.replace(file, placePath("OTHER.GLB"))).rejects.toMatchObject({ code: "FILE_BUSY" });
    const sizes = new Set<number>();
    await expect
      .poll(
        async () => {
          sizes.add(await size());
          return bed.host.readValue(DXA_KEY, TRIGGER_VALUE);
        },
        { timeout: 20_000, interval: 2 },
      )
      .toBeUndefined();
    expect(sizes.size).toBeGreaterThan(2);
    await read();
  });

  it("goes away when the service is stopped in the middle of its work, the value left", async () => {
    await open({ entries: 400, knobs: { stepMs: 500, stepBytes: 1024 } });
    await setTrigger(bed, "NORTH/PO1");
    await restart(bed);
    await expect
      .poll(
        () =>
          stat(join(bed.dxadata, "Resync.glb")).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    const working = await pid();
    expect(working === null ? false : isAlive(working)).toBe(true);
    await bed.host.requestStop(DXA_SERVICE);
    await until(bed, "stopped");
    expect(working === null ? true : isAlive(working)).toBe(false);
    expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeDefined();
  });

  it("is seen as dead, with 1067, when its process is killed", async () => {
    await open({ failure: "sharing-violation" });
    await setTrigger(bed, "NORTH/PO1");
    await restart(bed);
    await untilTaken(bed);
    await killDxa(bed.dir);
    await expect
      .poll(() => bed.host.queryService(DXA_SERVICE), { timeout: 20_000 })
      .toMatchObject({ state: "stopped", win32ExitCode: 1067 });
    // Windows closes the files of a process that has ended.
    expect((await recordsIn(join(bed.dxadata, "Resync.glb"))).length).toBeGreaterThan(40);
  });

  it("ends itself after its lifetime", async () => {
    await open({ failure: "sharing-violation", knobs: { lifetimeMs: 400 } });
    await setTrigger(bed, "NORTH/PO1");
    await restart(bed);
    await expect
      .poll(async () => (await bed.host.queryService(DXA_SERVICE)).state, { timeout: 20_000 })
      .toBe("stopped");
  });
});

describe("the simulated service control", () => {
  it("takes its time to stop and start, and refuses controls meanwhile", async () => {
    await open({ knobs: { stopPendingMs: 700, startPendingMs: 700 } });
    await bed.host.requestStop(DXA_SERVICE);
    expect((await bed.host.queryService(DXA_SERVICE)).state).toBe("stop-pending");
    await expect(bed.host.requestStart(DXA_SERVICE)).rejects.toMatchObject({
      code: "SERVICE_START_FAILED",
      facts: { win32: 1056 },
    });
    await until(bed, "stopped");
    await bed.host.requestStart(DXA_SERVICE);
    expect((await bed.host.queryService(DXA_SERVICE)).state).toBe("start-pending");
    await expect(bed.host.requestStop(DXA_SERVICE)).rejects.toMatchObject({
      code: "SERVICE_STOP_FAILED",
      facts: { win32: 1061 },
    });
    await until(bed, "running");
  });

  it("takes a failure by knob while it stands", async () => {
    await open();
    await turnKnobs(bed.dir, { failure: "start-1069" });
    await bed.host.requestStop(DXA_SERVICE);
    await until(bed, "stopped");
    await expect(bed.host.requestStart(DXA_SERVICE)).rejects.toMatchObject({ facts: { win32: 1069 } });
    await turnKnobs(bed.dir, { failure: null });
    await bed.host.requestStart(DXA_SERVICE);
    await until(bed, "running");
  });

  it("names the knob file and the knob that is wrong", async () => {
    await open();
    await writeFile(join(bed.dir, "knobs.json"), JSON.stringify({ stopPendingMs: "long" }));
    await expect(bed.host.requestStop(DXA_SERVICE)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/knobs\.json.*stopPendingMs/su) as string,
    });
  });
});
