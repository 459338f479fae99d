import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { listRuns } from "../../../src/journal/store.ts";
import { DXA_KEY, TRIGGER_VALUE, type DssHost } from "../../../src/push/generate/dss-host.ts";
import { pastDeliveries } from "../../../src/push/last-delivery.ts";
import type { Target } from "../../../src/push/targets.ts";
import { turnKnobs } from "../../../src/simulator/dss/knobs.ts";
import { newKey } from "../../transfer/signature/support.ts";
import { fleetBed, folderTarget, outcomes, type FleetBed } from "./support.ts";

let bed: FleetBed;
beforeEach(async () => {
  bed = await fleetBed();
});
afterEach(() => bed.close());

/** A host that counts what the DSS was asked to write. */
function watched(host: DssHost): { host: DssHost; asked: string[][] } {
  const asked: string[][] = [];
  const writeValue: DssHost["writeValue"] = async (key, name, value) => {
    if (name === TRIGGER_VALUE && value.type === "REG_MULTI_SZ") asked.push([...value.data]);
    await host.writeValue(key, name, value);
  };
  return { asked, host: { ...host, writeValue } };
}

const refusing = (label: string): Target => ({
  ...folderTarget(label),
  label,
  async check() {
    throw new ResyncError("CONNECT_REFUSED", { message: `${label} refuses the connection.` });
  },
});

describe("a push to a fleet", () => {
  it("has a list written for each requestor, one after the other, and delivers each to its own place", async () => {
    const { host, asked } = watched(bed.dss.host);
    const result = await bed.push([bed.requestor("HARBOUR"), bed.requestor("Büro Süd")], { host });
    expect(result).toMatchObject({ outcome: "delivered" });
    expect(outcomes(result)).toEqual(["HARBOUR delivered", "Büro Süd delivered"]);
    expect(asked).toEqual([["HARBOUR"], ["Büro Süd"]]);
    expect(await bed.delivered("HARBOUR")).toMatchObject({ requestors: ["HARBOUR"], counts: { addresses: 40 } });
    expect(await bed.delivered("Büro Süd")).toMatchObject({ requestors: ["Büro Süd"] });
    expect(await bed.delivered("EAST")).toBeUndefined();
    expect((await bed.dss.host.listValues(DXA_KEY)).has(TRIGGER_VALUE)).toBe(false);
    expect((await readdir(bed.dss.dxadata)).filter((name) => /^resync\.glb$/iu.test(name))).toEqual([]);
  });

  it("makes one list for those that are marked as alike, and signs for each with its own key", async () => {
    const { host, asked } = watched(bed.dss.host);
    const [first, second] = [newKey(), newKey()];
    const fleet = [
      bed.requestor("NORTH/PO1", { alike: "plants", signingKey: first }),
      bed.requestor("HARBOUR"),
      bed.requestor("EAST", { alike: "plants", signingKey: second }),
    ];
    const result = await bed.push(fleet, { host });
    expect(outcomes(result)).toEqual(["NORTH/PO1 delivered", "HARBOUR delivered", "EAST delivered"]);
    expect(asked).toEqual([["NORTH/PO1", "EAST"], ["HARBOUR"]]);
    const [north, east] = [await bed.delivered("NORTH/PO1"), await bed.delivered("EAST")];
    expect(north).toMatchObject({ requestors: ["NORTH/PO1", "EAST"], signature: { key: first.id } });
    expect(east).toMatchObject({ sha256: north?.sha256, signature: { key: second.id } });
  });

  it("makes no list for a requestor none of whose places can be reached, and goes on with the others", async () => {
    const { host, asked } = watched(bed.dss.host);
    const dead = bed.requestor("HARBOUR", { targets: [refusing("sftp://dead/in")] });
    const partly = bed.requestor("EAST", { targets: [refusing("sftp://dead/e"), folderTarget(bed.folder("EAST"))] });
    const result = await bed.push([dead, bed.requestor("NORTH/PO1"), partly], { host });
    expect(result.outcome).toBe("partly delivered");
    expect(outcomes(result)).toEqual(["HARBOUR failed", "NORTH/PO1 delivered", "EAST failed", "EAST delivered"]);
    expect(result.rows[0]?.error).toMatchObject({
      code: "CONNECT_REFUSED",
      state: expect.stringContaining("Nothing was sent"),
    });
    expect(asked).toEqual([["NORTH/PO1"], ["EAST"]]);
  });

  it("goes on after a list that the DSS did not write, the DSS as it was found in between", async () => {
    const { host } = bed.dss;
    const writeValue: DssHost["writeValue"] = async (key, name, value) => {
      if (value.type === "REG_MULTI_SZ" && value.data.includes("EAST")) {
        throw new ResyncError("ACCESS_DENIED", { message: "The registry is denied." });
      }
      await host.writeValue(key, name, value);
    };
    const fleet = [bed.requestor("HARBOUR"), bed.requestor("EAST"), bed.requestor("NORTH/PO1")];
    const result = await bed.push(fleet, { host: { ...host, writeValue } });
    expect(outcomes(result)).toEqual(["HARBOUR delivered", "EAST failed", "NORTH/PO1 delivered"]);
    expect(result.rows[1]?.error).toMatchObject({ code: "ACCESS_DENIED" });
    expect((await host.listValues(DXA_KEY)).has(TRIGGER_VALUE)).toBe(false);
  });

  it("holds back a list that has lost addresses, and goes on with the others", async () => {
    const [to, dss, createdAt] = [bed.folder("HARBOUR"), bed.dss.host.label, "2026-11-01T00:00:00.000Z"];
    const counts = { records: 4012, addresses: 4000, lists: 12 };
    const past = [{ to, dss, createdAt, requestors: ["HARBOUR"], header: null, counts }];
    const guard = { past, maxShrink: 0.2, confirm: async () => false };
    const result = await bed.push([bed.requestor("HARBOUR"), bed.requestor("EAST")], { guard });
    expect(outcomes(result)).toEqual(["HARBOUR failed", "EAST delivered"]);
    expect(result.rows[0]?.error).toMatchObject({ code: "FILE_NOT_USABLE", exitCode: 7 });
    expect(await bed.delivered("HARBOUR")).toBeUndefined();
    const runs = await listRuns(bed.stateDir);
    expect(pastDeliveries(runs).map((one) => [one.to, one.requestors])).toEqual([[bed.folder("EAST"), ["EAST"]]]);
  });

  it("fails when nothing was delivered", async () => {
    await turnKnobs(bed.dss.dir, { failure: "stop-refused" });
    const result = await bed.push([bed.requestor("HARBOUR"), bed.requestor("EAST")]);
    expect(result.outcome).toBe("failed");
    expect(result.rows.map(({ error }) => error?.code)).toEqual(["SERVICE_STOP_FAILED", "SERVICE_STOP_FAILED"]);
  });

  it("delivers no more than so many at the same time", async () => {
    let [now, most] = [0, 0];
    const slow = (label: string): Target => ({
      label,
      recognizes: false,
      plan: "",
      check: async () => undefined,
      async deliver() {
        now += 1;
        most = Math.max(most, now);
        // Long enough for every delivery that may begin to have begun.
        await new Promise((resolve) => setTimeout(resolve, 30));
        now -= 1;
        return { outcome: "delivered", atomic: true, resent: false, removedLeftovers: [] };
      },
    });
    const targets = ["a", "b", "c", "d", "e"].map(slow);
    await bed.push([bed.requestor("HARBOUR", { targets })], { parallel: 2 });
    expect(most).toBe(2);
    await bed.push([bed.requestor("HARBOUR", { targets })], { parallel: 1, anew: true });
    expect(most).toBe(2);
    await bed.push([bed.requestor("HARBOUR", { targets })], { parallel: 9, anew: true });
    expect(most).toBe(5);
  });

  it("with --dry-run says all and changes nothing", async () => {
    const before = await readdir(bed.dss.dxadata);
    const { host, asked } = watched(bed.dss.host);
    const result = await bed.push([bed.requestor("HARBOUR"), bed.requestor("EAST")], { host, dryRun: true });
    expect(outcomes(result)).toEqual(["HARBOUR dry run", "EAST dry run"]);
    const acts = result.events.flatMap((event) => (event.type === "would" ? [`${event.requestor}: ${event.act}`] : []));
    expect(acts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^EAST: set .*ResyncConnectionRDNs to REG_MULTI_SZ "EAST"/u),
        expect.stringMatching(/^HARBOUR: deliver RESYNC\.GLB/u),
      ]),
    );
    expect(asked).toEqual([]);
    expect(await readdir(bed.dss.dxadata)).toEqual(before);
    expect(await bed.delivered("HARBOUR")).toBeUndefined();
  });

  it("is journaled as a run for each list, of which the history tells whose it was", async () => {
    await bed.push([bed.requestor("HARBOUR"), bed.requestor("EAST")]);
    const runs = await listRuns(bed.stateDir);
    expect(runs.map(({ data, end }) => [data["requestors"], end?.outcome])).toEqual([
      [["HARBOUR", "EAST"], "delivered"],
      [["HARBOUR"], "delivered"],
      [["EAST"], "delivered"],
    ]);
  });
});

describe("a push that was not finished", () => {
  it("is finished by the next: nothing that was delivered is made or sent again", async () => {
    const [harbour, east] = [bed.requestor("HARBOUR"), bed.requestor("EAST")];
    await rm(bed.folder("EAST"), { recursive: true });
    expect(outcomes(await bed.push([harbour, east]))).toEqual(["HARBOUR delivered", "EAST failed"]);
    const first = await bed.delivered("HARBOUR");

    await mkdir(bed.folder("EAST"));
    const { host, asked } = watched(bed.dss.host);
    const second = await bed.push([harbour, east], { host });
    expect(outcomes(second)).toEqual(["HARBOUR unchanged", "EAST delivered"]);
    expect(second.outcome).toBe("delivered");
    expect(asked).toEqual([["EAST"]]);
    expect(await bed.delivered("HARBOUR")).toEqual(first);

    const third = await bed.push([harbour, east], { host });
    expect(third.finishes).toBeUndefined();
    expect(asked).toEqual([["EAST"], ["HARBOUR"], ["EAST"]]);
  });

  it("delivers the list that was made already, when only the way was bad", async () => {
    let broken = true;
    const sound = folderTarget(bed.folder("EAST"));
    const deliver: Target["deliver"] = async (delivery, context) => {
      if (broken) throw new ResyncError("CONNECTION_LOST", { message: "gone" });
      return sound.deliver(delivery, context);
    };
    const fleet = [bed.requestor("HARBOUR"), bed.requestor("EAST", { targets: [{ ...sound, deliver }] })];
    expect(outcomes(await bed.push(fleet))).toEqual(["HARBOUR delivered", "EAST failed"]);
    broken = false;
    const { host, asked } = watched(bed.dss.host);
    expect(outcomes(await bed.push(fleet, { host }))).toEqual(["HARBOUR unchanged", "EAST delivered"]);
    expect(asked).toEqual([]);
  });

  it("sends again what no longer stands at its place, and what is not what was delivered", async () => {
    const fleet = [
      bed.requestor("HARBOUR"),
      bed.requestor("NORTH/PO1"),
      bed.requestor("EAST", { targets: [refusing("x")] }),
    ];
    await bed.push(fleet);
    await rm(join(bed.folder("HARBOUR"), "RESYNC.GLB"));
    await writeFile(join(bed.folder("NORTH/PO1"), "RESYNC.GLB"), "something else");
    const again = await bed.push(fleet);
    expect(outcomes(again)).toEqual(["HARBOUR delivered", "NORTH/PO1 delivered", "EAST failed"]);
    expect((await bed.push(fleet)).rows.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged", "failed"]);
  });

  it("does not write a tape or disks twice, and believes its journal of a place that is down by now", async () => {
    let written = 0;
    const tape: Target = {
      label: "tape:/dev/nst0",
      recognizes: false,
      plan: "",
      check: async () => undefined,
      async deliver() {
        written += 1;
        return { outcome: "delivered", atomic: true, resent: false, removedLeftovers: [] };
      },
    };
    const dead = bed.requestor("NORTH/PO1", { targets: [refusing("x")] });
    await bed.push([bed.requestor("HARBOUR", { targets: [tape] }), bed.requestor("EAST"), dead]);
    const down = bed.requestor("EAST", { targets: [{ ...refusing(""), label: bed.folder("EAST") }] });
    const again = await bed.push([bed.requestor("HARBOUR", { targets: [tape] }), down, dead]);
    expect(outcomes(again)).toEqual(["HARBOUR delivered before", "EAST delivered before", "NORTH/PO1 failed"]);
    expect(written).toBe(1);
  });

  it.each([
    ["--anew says so", { anew: true }],
    ["it is more than 12 hours old", { later: 12 * 3_600_000 + 60_000 }],
  ])("is begun anew when %s", async (_when, how) => {
    const fleet = [bed.requestor("HARBOUR"), bed.requestor("EAST", { targets: [refusing("x")] })];
    await bed.push(fleet);
    const { host, asked } = watched(bed.dss.host);
    const result = await bed.push(fleet, { ...how, host });
    expect(result.finishes).toBeUndefined();
    // Lists made within the same second may be the same, byte for byte.
    expect(asked).toEqual([["HARBOUR"]]);
    expect(outcomes(result)).toEqual([expect.stringMatching(/^HARBOUR (?:delivered|unchanged)$/u), "EAST failed"]);
  });

  it("makes a list anew whose private copy is gone, and one whose group is another by now", async () => {
    const fleet = [bed.requestor("HARBOUR"), bed.requestor("EAST", { targets: [refusing("x")] })];
    const first = await bed.push(fleet);
    const run = first.rows[0]?.run ?? "";
    await writeFile(join(bed.stateDir, "runs", run, "RESYNC.GLB"), "damaged");
    const { host, asked } = watched(bed.dss.host);
    await bed.push(fleet, { host });
    expect(asked).toEqual([["HARBOUR"]]);
    const alike = [bed.requestor("HARBOUR", { alike: "a" }), bed.requestor("EAST", { alike: "a" })];
    expect(outcomes(await bed.push(alike))).toEqual(["HARBOUR delivered", "EAST delivered"]);
    expect(await bed.delivered("HARBOUR")).toMatchObject({ requestors: ["HARBOUR", "EAST"] });
  });
});

describe("Ctrl-C in the middle", () => {
  it("puts the DSS back, leaves what is delivered, and says what is what", async () => {
    const controller = new AbortController();
    const { host } = watched(bed.dss.host);
    const writeValue: DssHost["writeValue"] = async (key, name, value) => {
      await host.writeValue(key, name, value);
      const second = value.type === "REG_MULTI_SZ" && value.data.includes("EAST");
      if (second) controller.abort(new ResyncError("INTERRUPTED", { message: "Ctrl-C" }));
    };
    const fleet = [bed.requestor("HARBOUR"), bed.requestor("EAST"), bed.requestor("NORTH/PO1")];
    const result = await bed.push(fleet, { host: { ...host, writeValue }, signal: controller.signal });
    expect(result.outcome).toBe("interrupted");
    expect(outcomes(result).slice(1)).toEqual(["EAST interrupted", "NORTH/PO1 not begun"]);
    expect(result.rows[0]?.outcome).toMatch(/^(?:delivered|interrupted)$/u);
    expect((await bed.dss.host.listValues(DXA_KEY)).has(TRIGGER_VALUE)).toBe(false);
    const again = await bed.push(fleet);
    expect(again.outcome).toBe("delivered");
    expect(again.finishes).toBeDefined();
  });

  it("before anything began leaves everything as it is", async () => {
    const signal = AbortSignal.abort(new ResyncError("INTERRUPTED", { message: "Ctrl-C" }));
    const { host, asked } = watched(bed.dss.host);
    const result = await bed.push([bed.requestor("HARBOUR"), bed.requestor("EAST")], { host, signal });
    expect(outcomes(result)).toEqual(["HARBOUR not begun", "EAST not begun"]);
    expect(asked).toEqual([]);
  });
});
