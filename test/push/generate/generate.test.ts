import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseHeader } from "../../../src/glb/header.ts";
import { DXA_KEY, GLOBAL_MAX_VALUE, TRIGGER_VALUE } from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { parseRegistryFile, valuesIn } from "../../../src/push/generate/registry-file.ts";
import type { DssOptions } from "../../../src/simulator/dss/create.ts";
import { turnKnobs } from "../../../src/simulator/dss/knobs.ts";
import { recordsIn } from "../../simulator/dss/support.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext, type DssBed } from "./support.ts";

let bed: DssBed;
afterEach(() => bed.close());

const open = async (options?: DssOptions): Promise<DssBed> => (bed = await dssBed(options));
const textOf = async (file: string): Promise<string> => (await readFile(file)).toString("latin1");
const entriesIn = async (file: string): Promise<number> =>
  (await recordsIn(file)).filter(({ text }) => text.startsWith("A ")).length;
const headerOf = (text: string) => parseHeader(text.slice(0, 200));

describe("generate", () => {
  it("has the DSS write 5,000 addresses, copies them and leaves the DSS as found", async () => {
    await open({ entries: 5000, knobs: { stepBytes: 8192 } });
    const before = await pictureOf(bed);
    const request = requestFor(bed);
    const context = await testContext();
    const list = await generate(bed.host, request, context);

    const copy = await readFile(request.privateCopy);
    expect(copy.equals(await readFile(join(bed.dxadata, "Resync.glb")))).toBe(true);
    expect(list).toMatchObject({
      copy: request.privateCopy,
      size: copy.length,
      sha256: createHash("sha256").update(copy).digest("hex"),
      dxadata: "C:\\exchsrvr\\dxadata",
      name: "Resync.glb",
      earlierKept: undefined,
      dxaVersion: "5.5.2653.23",
      globalMax: true,
    });
    expect(await entriesIn(request.privateCopy)).toBe(5000);
    expect((await stat(request.privateCopy)).mode & 0o777).toBe(0o600);

    const after = await pictureOf(bed);
    expect(after.values).toEqual(before.values);
    expect(after.service).toBe("running");
    expect(Object.keys(after.files)).toEqual([...Object.keys(before.files), "Resync.glb"].toSorted());
  });

  it("keeps a readable backup of the service's key as it was before the first change", async () => {
    await open();
    const { values } = await pictureOf(bed);
    const request = requestFor(bed);
    await generate(bed.host, request, await testContext());
    const saved = valuesIn(parseRegistryFile(await readFile(request.backupFile)), DXA_KEY);
    expect(Object.fromEntries([...(saved ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)))).toEqual(values);
    expect((await stat(request.backupFile)).mode & 0o777).toBe(0o600);
  });

  it("tells each step with what was found", async () => {
    await open();
    await putEarlier(bed);
    const { reporter, ...context } = await testContext();
    await generate(bed.host, requestFor(bed), { ...context, reporter });
    const done = reporter.events.flatMap((event) =>
      event.type === "step-done" ? [`${event.id}: ${event.found}`] : [],
    );
    expect(done).toEqual([
      expect.stringMatching(/^dss-locate: C:\\exchsrvr\\dxadata \(Setup\\Services\)$/u),
      "dss-check: service running, Dxa.exe 5.5.2653.23",
      expect.stringMatching(/^dss-backup: 7 values, read back the same, in .*backup\.reg$/u),
      expect.stringMatching(/^dss-set-aside: C:\\exchsrvr\\dxadata\\RS\d{6}\.\d\dA$/u),
      `dss-trigger: REG_MULTI_SZ "NORTH/PO1", ${GLOBAL_MAX_VALUE} 1`,
      "dss-restart: running",
      expect.stringMatching(/^dss-wait: [\d,]+ bytes, the same in two reads$/u),
      `dss-put-back: ${TRIGGER_VALUE} is not set; ${GLOBAL_MAX_VALUE} was removed; MSExchangeDX is running, as found`,
    ]);
    expect(reporter.events.some((event) => event.type === "progress" && event.id === "dss-wait")).toBe(true);
  });

  it("names several requestors, beyond ASCII too, and reads them back", async () => {
    await open({ requestors: ["NORTH/PO1", "Büro Süd", "HARBOUR"] });
    const context = await testContext();
    const list = await generate(
      bed.host,
      requestFor(bed, { requestors: ["Büro Süd", "HARBOUR"], globalMax: "off" }),
      context,
    );
    const numbers = headerOf(await textOf(list?.copy ?? ""));
    expect(numbers).toEqual({ impSeq: 4, reqSeq: 74, srvSeq: 1820 });
  });

  it("sets an earlier Resync.glb aside under an 8.3 name and never overwrites it", async () => {
    await open();
    await putEarlier(bed, "precious");
    const list = await generate(bed.host, requestFor(bed), await testContext());
    const kept = list?.earlierKept?.split("\\").at(-1) ?? "";
    expect(kept).toMatch(/^RS\d{6}\.\d\dA$/u);
    expect(await textOf(join(bed.dxadata, kept))).toBe("precious");
  });

  it("leaves a service that was stopped stopped", async () => {
    await open({ service: "stopped" });
    const before = await pictureOf(bed);
    const context = await testContext();
    await generate(bed.host, requestFor(bed), context);
    const after = await pictureOf(bed);
    expect(after.service).toBe("stopped");
    expect(after.values).toEqual(before.values);
    expect(context.entries.some((entry) => entry.type === "intent" && entry.data["kind"] === "stop-service")).toBe(
      false,
    );
  });

  it("follows DXADataPath", async () => {
    await open({ dxaDataPath: "D:\\dxa" });
    const list = await generate(bed.host, requestFor(bed), await testContext());
    expect(list?.dxadata).toBe("D:\\dxa");
    expect(await readdir(join(bed.dir, "D", "dxa"))).toContain("Resync.glb");
  });

  it("looks beside Bin when DXADataPath leads nowhere", async () => {
    await open();
    await bed.host.writeValue(DXA_KEY, "DXADataPath", { type: "REG_SZ", data: "E:\\gone" });
    // The DXA itself would follow the value; here it is only about where resync looks.
    const context = await testContext({ dryRun: true });
    await generate(bed.host, requestFor(bed), context);
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ id: "dss-locate", found: "C:\\exchsrvr\\dxadata (Setup\\Services)" }),
    );
  });

  it("waits out a slow writer that lets others read", async () => {
    await open({
      entries: 400,
      knobs: { shareRead: true, stepMs: 15, stepBytes: 1024, failure: "value-removed-early" },
    });
    await turnKnobs(bed.dir, { failure: "value-removed-early" });
    const list = await generate(bed.host, requestFor(bed, { settleMs: 1000 }), await testContext());
    expect(await entriesIn(list?.copy ?? "")).toBe(400);
  });

  it("takes a list whose value stays, when told to, and removes the value", async () => {
    await open({ failure: "value-never-removed" });
    const before = await pictureOf(bed);
    const context = await testContext();
    await generate(bed.host, requestFor(bed, { acceptValueLeft: true }), context);
    expect((await pictureOf(bed)).values).toEqual(before.values);
    const end = context.reporter.events.find((event) => event.type === "step-done" && event.id === "dss-put-back");
    expect(end).toMatchObject({ found: expect.stringContaining(`${TRIGGER_VALUE} was removed`) });
  });
});

describe("GlobalMaxSeqInResync", () => {
  const ALL = { impSeq: 4, reqSeq: 74, srvSeq: 1820 };
  const FIRST = { impSeq: 2, reqSeq: 40, srvSeq: 1200 };

  it.each([
    ["auto", "5.5.2653.23", ALL],
    ["auto", "5.5.2524.0", ALL],
    ["auto", "5.5.2448.0", FIRST],
    ["off", "5.5.2653.23", FIRST],
    ["on", "5.5.2653.23", ALL],
  ] as const)("%s with Dxa.exe %s", async (globalMax, dxaVersion, numbers) => {
    await open({ dxaVersion });
    const before = await pictureOf(bed);
    const list = await generate(bed.host, requestFor(bed, { globalMax }), await testContext());
    expect(headerOf(await textOf(list?.copy ?? ""))).toEqual(numbers);
    expect((await pictureOf(bed)).values).toEqual(before.values);
  });

  it("is set back to what it was", async () => {
    await open();
    await bed.host.writeValue(DXA_KEY, GLOBAL_MAX_VALUE, { type: "REG_DWORD", data: 0 });
    const list = await generate(bed.host, requestFor(bed), await testContext());
    expect(list?.globalMax).toBe(true);
    expect(await bed.host.readValue(DXA_KEY, GLOBAL_MAX_VALUE)).toEqual({ type: "REG_DWORD", data: 0 });
  });

  it("is left alone when somebody has set it", async () => {
    await open();
    await bed.host.writeValue(DXA_KEY, GLOBAL_MAX_VALUE, { type: "REG_DWORD", data: 1 });
    const context = await testContext();
    const list = await generate(bed.host, requestFor(bed), context);
    expect(list?.globalMax).toBe(true);
    expect(await bed.host.readValue(DXA_KEY, GLOBAL_MAX_VALUE)).toEqual({ type: "REG_DWORD", data: 1 });
    expect(context.entries.some((entry) => entry.type === "intent" && entry.data["name"] === GLOBAL_MAX_VALUE)).toBe(
      false,
    );
  });

  it("is refused when asked for and Dxa.exe does not know it", async () => {
    await open({ dxaVersion: "5.5.2448.0" });
    await expect(generate(bed.host, requestFor(bed, { globalMax: "on" }), await testContext())).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      exitCode: 3,
      reference: "Q215505",
    });
  });
});

describe("--dry-run", () => {
  it("changes nothing and tells every act with the literal value, commands and paths", async () => {
    await open();
    await putEarlier(bed);
    const before = await pictureOf(bed);
    const request = requestFor(bed, { requestors: ["Büro Süd", "NORTH/PO1"] });
    const context = await testContext({ dryRun: true });
    expect(await generate(bed.host, request, context)).toBeUndefined();
    expect(await pictureOf(bed)).toEqual(before);
    expect(await readdir(bed.run)).toEqual(["dss"]);
    expect(context.entries).toEqual([]);
    const acts = context.reporter.events.flatMap((event) => (event.type === "would" ? [event.act] : []));
    expect(acts).toEqual([
      `export ${DXA_KEY} to ${request.backupFile}`,
      expect.stringMatching(/^rename C:\\exchsrvr\\dxadata\\Resync\.glb to RS\d{6}\.\d\dA$/u),
      `set ${DXA_KEY}\\${GLOBAL_MAX_VALUE} to REG_DWORD 1`,
      `set ${DXA_KEY}\\${TRIGGER_VALUE} to REG_MULTI_SZ "Büro Süd", "NORTH/PO1"`,
      "net stop MSExchangeDX",
      "net start MSExchangeDX",
      `wait up to 25 s for C:\\exchsrvr\\dxadata\\Resync.glb and copy it to ${request.privateCopy}`,
      `remove ${DXA_KEY}\\${GLOBAL_MAX_VALUE}`,
    ]);
  });

  it("still refuses what a real run would refuse", async () => {
    await open({ failure: "value-present" });
    const context = await testContext({ dryRun: true });
    await expect(generate(bed.host, requestFor(bed), context)).rejects.toMatchObject({ code: "DSS_NOT_READY" });
  });
});

describe("what a run refuses before it looks at the DSS", () => {
  it.each([
    ["no requestor", []],
    ["an empty name", [""]],
    ["a name twice", ["NORTH/PO1", "north/po1"]],
    ["a name with a line end", ["NORTH\r\nPO1"]],
  ])("%s", async (_what, requestors) => {
    await open();
    await expect(generate(bed.host, requestFor(bed, { requestors }), await testContext())).rejects.toMatchObject({
      code: "USAGE",
      exitCode: 2,
    });
  });

  it("a copy or backup that exists already", async () => {
    await open();
    const request = requestFor(bed);
    await writeFile(request.backupFile, "somebody's");
    await expect(generate(bed.host, request, await testContext())).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await textOf(request.backupFile)).toBe("somebody's");
  });
});

describe("a directory of a million", () => {
  const entries = process.env["RESYNC_LONG"] === undefined ? 100_000 : 1_000_000;

  it(
    `is written, read twice and copied (${entries.toLocaleString("en-US")} entries)`,
    { timeout: 60_000 },
    async () => {
      await open({ entries, knobs: { stepBytes: 1_048_576 } });
      const list = await generate(bed.host, requestFor(bed, { timeoutMs: 60_000, pollMs: 20 }), await testContext());
      expect(list?.size).toBeGreaterThan(entries * 60);
    },
  );
});
