import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { CHANGE_STEP } from "../../../src/push/generate/change.ts";
import { DXA_SERVICE } from "../../../src/push/generate/dss-host.ts";
import { finishOnDss } from "../../../src/push/generate/finish.ts";
import { recoverGenerate } from "../../../src/push/generate/recover.ts";
import { stopService } from "../../../src/push/generate/service-state.ts";
import { holdOpen } from "../../../src/simulator/dss/open-files.ts";
import { dssBed, testContext, type DssBed } from "./support.ts";

const CONTENT = "the delivered list";
const WAIT = { clock: systemClock, stateTimeoutMs: 20_000, pollMs: 5, signal: new AbortController().signal };
const RESTART = { kind: "restart-service", service: DXA_SERVICE, found: "running" };
const LIST = { dxadata: "C:\\exchsrvr\\dxadata", name: "Resync.glb", size: CONTENT.length };

let bed: DssBed;
beforeEach(async () => {
  bed = await dssBed();
  await writeFile(join(bed.dxadata, LIST.name), CONTENT);
});
afterEach(() => bed.close());

describe("finishing on the DSS behind a delivery", () => {
  it("gives Resync.glb a kept name, journaled", async () => {
    const context = await testContext();
    const kept = await finishOnDss(bed.host, LIST, { keep: false }, context);
    expect(kept).toMatch(/^C:\\exchsrvr\\dxadata\\RS\d{6}\.\d\dA$/u);
    expect(await readdir(bed.dxadata)).not.toContain("Resync.glb");
    expect(await readFile(join(bed.dxadata, kept?.split("\\").at(-1) ?? ""), "utf8")).toBe(CONTENT);
    expect(context.entries.map(({ type }) => type)).toEqual(["intent", "done"]);
    // A finished list is not a change to undo.
    expect(await recoverGenerate(bed.host, context.entries, await testContext())).toEqual({ done: [], trouble: [] });
  });

  it("takes another free name when several are kept in one minute", async () => {
    const first = await finishOnDss(bed.host, LIST, { keep: false }, await testContext());
    await writeFile(join(bed.dxadata, LIST.name), CONTENT);
    const second = await finishOnDss(bed.host, LIST, { keep: false }, await testContext());
    expect(second).not.toBe(first);
    expect((await readdir(bed.dxadata)).filter((name) => name.startsWith("RS"))).toHaveLength(2);
  });

  it("leaves it with keep", async () => {
    expect(await finishOnDss(bed.host, LIST, { keep: true }, await testContext())).toBeUndefined();
    expect(await readdir(bed.dxadata)).toContain("Resync.glb");
  });

  it("leaves another file alone, and does nothing when there is none", async () => {
    expect(await finishOnDss(bed.host, { ...LIST, size: 1 }, { keep: false }, await testContext())).toBeUndefined();
    expect(await readdir(bed.dxadata)).toContain("Resync.glb");
    expect(
      await finishOnDss(bed.host, { ...LIST, dxadata: "C:\\exchsrvr\\bin" }, { keep: false }, await testContext()),
    ).toBeUndefined();
  });

  it("restarts the service once more when asked, and leaves it as found", async () => {
    for (const found of ["running", "stopped"] as const) {
      if (found === "stopped") await stopService(bed.host, WAIT);
      await writeFile(join(bed.dxadata, LIST.name), CONTENT);
      const context = await testContext();
      await finishOnDss(bed.host, LIST, { keep: false, secondRestart: WAIT }, context);
      expect((await bed.host.queryService(DXA_SERVICE)).state).toBe(found);
      expect(context.entries.filter(({ type }) => type === "intent").at(-1)).toMatchObject({
        data: { kind: "restart-service", found },
      });
      expect(context.entries.at(-1)).toMatchObject({ type: "note", step: "generate.settled" });
    }
    expect(JSON.parse(await readFile(join(bed.dir, "service.json"), "utf8"))).toMatchObject({ run: 2 });
  });

  it("does not restart a service before which the list still lies", async () => {
    const context = await testContext();
    await finishOnDss(bed.host, { ...LIST, size: 1 }, { keep: false, secondRestart: WAIT }, context);
    expect(JSON.parse(await readFile(join(bed.dir, "service.json"), "utf8"))).toMatchObject({ run: 0 });
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "warning", reference: "Q156063, Q156124" }),
    );
  });

  it("is undone when the run is cut off in the second restart", async () => {
    const interrupt = new AbortController();
    const context = await testContext({ signal: interrupt.signal }, async (entry) => {
      if (entry.type === "intent" && entry.data["kind"] === "restart-service") interrupt.abort();
    });
    await expect(finishOnDss(bed.host, LIST, { keep: false, secondRestart: WAIT }, context)).rejects.toMatchObject({
      code: "INTERRUPTED",
      state: expect.stringContaining("MSExchangeDX was started again, as found") as string,
    });

    const killed = await testContext();
    await killed.journal.act(CHANGE_STEP, { host: bed.host.label, ...RESTART }, () => stopService(bed.host, WAIT));
    const { done, trouble } = await recoverGenerate(bed.host, killed.entries, await testContext());
    expect({ done, trouble }).toEqual({ done: ["MSExchangeDX was started again, as found"], trouble: [] });
  });

  it("warns and goes on when somebody holds it open", async () => {
    const mark = await holdOpen(bed.dir, join(bed.dxadata, LIST.name), false);
    const context = await testContext();
    expect(await finishOnDss(bed.host, LIST, { keep: false }, context)).toBeUndefined();
    expect(context.reporter.events).toContainEqual(expect.objectContaining({ type: "warning", reference: "Q156124" }));
    await mark.release();
  });
});
