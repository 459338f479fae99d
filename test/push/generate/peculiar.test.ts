import { afterEach, describe, expect, it } from "vitest";
import { DXA_KEY, PAUSE_KICKS_VALUE } from "../../../src/push/generate/dss-host.ts";
import { finishOnDss } from "../../../src/push/generate/finish.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { recoverGenerate } from "../../../src/push/generate/recover.ts";
import type { Generated, GenerateRequest } from "../../../src/push/generate/request.ts";
import type { DssOptions } from "../../../src/simulator/dss/create.ts";
import type { DssFailure } from "../../../src/simulator/dss/failures.ts";
import { recordsIn } from "../../simulator/dss/support.ts";
import { dssBed, pictureOf, requestFor, testContext, type DssBed } from "./support.ts";

let bed: DssBed;
afterEach(() => bed.close());
const open = async (options?: DssOptions): Promise<DssBed> => (bed = await dssBed(options));

describe("a DSS that writes only when a cycle begins", () => {
  const KICK = { kickAfterMs: 20 };

  it.each([
    ["needs-pause", "5.5.2653.23"],
    // Exchange 4.0 takes the pause control for a kick only with PauseKicksDX (Q146738).
    ["needs-pause", "4.0.996.62"],
    ["pauses-for-real", "5.5.2653.23"],
  ] as [DssFailure, string][])("%s, Dxa.exe %s: is kicked once, and left as found", async (failure, dxaVersion) => {
    await open({ failure, dxaVersion });
    const before = await pictureOf(bed);
    const context = await testContext();
    const list = await generate(bed.host, requestFor(bed, KICK), context);
    expect((await recordsIn(list?.copy ?? "")).length).toBeGreaterThan(40);
    const intents = context.entries.filter(({ type }) => type === "intent");
    expect(intents.filter((entry) => "data" in entry && entry.data["kind"] === "pause-service")).toHaveLength(1);
    const after = await pictureOf(bed);
    expect(after.values).toEqual(before.values);
    expect(after.service).toBe("running");
    expect(context.reporter.events).toContainEqual(
      expect.objectContaining({ type: "note", text: expect.stringContaining("was paused once") as string }),
    );
  });

  it("writes nothing on 4.0 when PauseKicksDX is taken away behind our back", async () => {
    await open({ failure: "needs-pause", dxaVersion: "4.0.996.62" });
    const host = {
      ...bed.host,
      requestPause: async (name: string) => {
        await bed.host.deleteValue(DXA_KEY, PAUSE_KICKS_VALUE);
        await bed.host.requestPause(name);
      },
    };
    await expect(
      generate(host, requestFor(bed, { ...KICK, timeoutMs: 300 }), await testContext()),
    ).rejects.toMatchObject({ code: "NOT_PRODUCED" });
  });

  it("leaves a PauseKicksDX alone that somebody has set, and sets another back", async () => {
    for (const data of [1, 0]) {
      await open({ failure: "needs-pause" });
      await bed.host.writeValue(DXA_KEY, PAUSE_KICKS_VALUE, { type: "REG_DWORD", data });
      await generate(bed.host, requestFor(bed, KICK), await testContext());
      expect(await bed.host.readValue(DXA_KEY, PAUSE_KICKS_VALUE)).toEqual({ type: "REG_DWORD", data });
      if (data === 1) await bed.close();
    }
  });

  it("is not kicked when it writes by itself", async () => {
    await open();
    const context = await testContext();
    await generate(bed.host, requestFor(bed, { kickAfterMs: 20_000 }), context);
    expect(context.entries.some((entry) => "data" in entry && entry.data["kind"] === "pause-service")).toBe(false);
  });

  it("is refused a kick that would never come", async () => {
    await open();
    await expect(
      generate(bed.host, requestFor(bed, { kickAfterMs: 25_000 }), await testContext()),
    ).rejects.toMatchObject({ code: "USAGE", hint: expect.stringContaining("--timeout") as string });
  });

  it("is refused a kick on a host that cannot pause", async () => {
    await open();
    const host = { ...bed.host, capabilities: { ...bed.host.capabilities, pause: false } };
    await expect(generate(host, requestFor(bed, KICK), await testContext())).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      hint: expect.stringContaining("--kick-after") as string,
    });
  });

  it("is continued by the next start when the run was killed while it was paused", async () => {
    await open({ failure: "pauses-for-real" });
    const before = await pictureOf(bed);
    const context = await testContext();
    const host = {
      ...bed.host,
      // Killed: nothing of ours runs any more behind the pause.
      requestContinue: () => new Promise<never>(() => undefined),
    };
    void generate(host, requestFor(bed, KICK), context);
    await expect
      .poll(async () => (await bed.host.queryService("MSExchangeDX")).state, { timeout: 20_000 })
      .toBe("paused");
    const { trouble } = await recoverGenerate(bed.host, [...context.entries], await testContext(), {
      stateTimeoutMs: 20_000,
      pollMs: 5,
    });
    expect(trouble).toEqual([]);
    const after = await pictureOf(bed);
    expect(after.values).toEqual(before.values);
    expect(after.service).toBe("running");
  });

  it("tells a dry run", async () => {
    await open();
    const context = await testContext({ dryRun: true });
    await generate(bed.host, requestFor(bed, { ...KICK, secondRestart: true }), context);
    const acts = context.reporter.events.flatMap((event) => (event.type === "would" ? [event.act] : []));
    expect(acts).toContain(`set ${DXA_KEY}\\PauseKicksDX to REG_DWORD 1`);
    expect(acts).toContain("net pause MSExchangeDX if nothing appears within 0.02 s");
    expect(acts).toContain(`remove ${DXA_KEY}\\PauseKicksDX`);
    expect(acts.at(-1)).toBe("restart MSExchangeDX once more when the list is out of Dxadata");
  });
});

describe("a DSS that needs a second restart, as Exchange 5.0 may", () => {
  let pushes = 0;
  /** One generation and its end, as a push does them. */
  const push = async (
    requestors: readonly string[],
    more: Partial<GenerateRequest>,
  ): Promise<Generated | undefined> => {
    pushes += 1;
    const request = requestFor(bed, {
      requestors,
      acceptValueLeft: true,
      privateCopy: `${bed.run}/copy-${pushes}.glb`,
      backupFile: `${bed.run}/backup-${pushes}.reg`,
      ...more,
    });
    const context = await testContext();
    const list = await generate(bed.host, request, context);
    const secondRestart = request.secondRestart === true ? request : undefined;
    if (list !== undefined) await finishOnDss(bed.host, list, { keep: false, secondRestart }, context);
    return list;
  };

  it("writes one list behind the other with it, and is left as found", async () => {
    await open({ failure: "needs-second-restart" });
    const { values } = await pictureOf(bed);
    const first = await push(["NORTH/PO1"], { secondRestart: true });
    const second = await push(["Büro Süd"], { secondRestart: true });
    expect(first?.sha256).toMatch(/^[0-9a-f]{64}$/u);
    expect(second?.size).toBeGreaterThan(0);
    const after = await pictureOf(bed);
    expect(after.values).toEqual(values);
    expect(after.service).toBe("running");
    expect(Object.keys(after.files)).not.toContain("Resync.glb");
  });

  it("writes no second list without it", async () => {
    await open({ failure: "needs-second-restart" });
    await push(["NORTH/PO1"], {});
    await expect(push(["Büro Süd"], { timeoutMs: 500 })).rejects.toMatchObject({ code: "NOT_PRODUCED" });
  });
});

describe("several requestors one after the other, on one open host", () => {
  it("get each their own list, and leave the DSS as found", async () => {
    await open({ requestors: ["NORTH/PO1", "HARBOUR", "Büro Süd"] });
    const before = await pictureOf(bed);
    const headers = new Set<string>();
    for (const [index, name] of ["NORTH/PO1", "HARBOUR", "Büro Süd"].entries()) {
      const context = await testContext();
      const request = requestFor(bed, {
        requestors: [name],
        globalMax: "off",
        privateCopy: `${bed.run}/copy-${index}.glb`,
        backupFile: `${bed.run}/backup-${index}.reg`,
      });
      const list = await generate(bed.host, request, context);
      if (list !== undefined) await finishOnDss(bed.host, list, { keep: false }, context);
      expect(list?.earlierKept).toBeUndefined();
      headers.add((await recordsIn(request.privateCopy))[0]?.text ?? "");
    }
    expect(headers.size).toBe(3);
    const after = await pictureOf(bed);
    expect(after.values).toEqual(before.values);
    expect(after.service).toBe("running");
    expect(Object.keys(after.files).filter((file) => file.startsWith("RS"))).toHaveLength(3);
  });
});
