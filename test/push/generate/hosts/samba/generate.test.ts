import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DXA_KEY } from "../../../../../src/push/generate/dss-host.ts";
import type { CheckOutcome } from "../../../../../src/check.ts";
import { diagnoseDss } from "../../../../../src/push/generate/checks/diagnose.ts";
import { finishOnDss } from "../../../../../src/push/generate/finish.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { parseRegistryFile, valuesIn } from "../../../../../src/push/generate/registry-file.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";
import { masterList } from "../../../../support/master-list.ts";
import { generateBed, type GenerateBed } from "./generate-bed.ts";

const NAMES: readonly (readonly [string, readonly string[]])[] = [
  ["three requestors, with blanks and umlauts", ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"]],
  ["one requestor", ["NETWORK/PO1"]],
  ["200 requestors", Array.from({ length: 200 }, (_, index) => `NETWORK/Büro ${index + 1}`)],
];
const long = process.env["RESYNC_LONG"] !== undefined;
const chosen = long ? NAMES : NAMES.slice(0, 1);

const KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";
/** A loaded machine runs a hundred small programs slowly. */
const PATIENCE = { timeout: 120_000 };

describe.skipIf(!need("smbd", "net", "smbclient"))("a list from an NT 4 host behind Samba", PATIENCE, () => {
  let bed: GenerateBed;
  beforeAll(async () => {
    bed = await generateBed({ smb1: true });
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.reset());

  it.each(chosen)("is written for %s, and the host is as found", async (_, requestors) => {
    await writeFile(join(bed.nt.dxadata, "RESYNC.GLB"), "an earlier list");
    const before = await bed.picture();
    const host = bed.open();
    const request = bed.request({ requestors });
    const context = await testContext();
    const list = await generate(host, request, context);
    await host.close();

    const expected = Buffer.from(await masterList(requestors));
    expect((await readFile(request.privateCopy)).equals(expected)).toBe(true);
    expect(list).toMatchObject({ size: expected.length, dxaVersion: "5.5.2653.23", globalMax: true });
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(before.state);
    expect(Object.values(after.files)).toContain("an earlier list");
    const saved = valuesIn(parseRegistryFile(await readFile(request.backupFile)), DXA_KEY);
    expect(saved?.get("Start")).toEqual({ type: "REG_DWORD", data: 2 });
    expect(JSON.stringify([context.entries, context.reporter.events])).not.toContain(bed.nt.password);
  });

  const pausing: readonly (readonly [string, boolean])[] = [
    ["takes the pause control for a kick, and fails it", false],
    ["really pauses", true],
  ];
  it.each(long ? pausing : pausing.slice(1))("comes after a kick, from a service that %s", async (_, pauses) => {
    Object.assign(bed.nt.dxa, { needsKick: true });
    bed.nt.scm.pauses = pauses;
    await bed.nt.net("setvalue", KEY, "PauseKicksDX", "dword", "0");
    const before = await bed.picture();
    const host = bed.open();
    const context = await testContext();
    const list = await generate(host, bed.request({ kickAfterMs: 100 }), context);
    await host.close();
    expect(list?.size).toBeGreaterThan(0);
    const kinds = context.entries.flatMap((entry) => (entry.type === "intent" ? [entry.data["kind"]] : []));
    expect(kinds.filter((kind) => kind === "pause-service")).toHaveLength(1);
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(before.state);
  });

  it("comes for several requestors one after the other, each its own, with a second restart between", async () => {
    const before = await bed.picture();
    const host = bed.open();
    for (const name of ["NETWORK/PO1", "Büro Süd"]) {
      const request = bed.request({ requestors: [name] });
      const context = await testContext();
      const list = await generate(host, request, context);
      if (list !== undefined) await finishOnDss(host, list, { keep: false, secondRestart: request }, context);
      expect((await readFile(request.privateCopy)).equals(Buffer.from(await masterList([name])))).toBe(true);
      expect(context.entries.at(-1)).toMatchObject({ type: "note", step: "generate.settled" });
    }
    await host.close();
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(before.state);
    expect(Object.keys(after.files)).toHaveLength(2);
  });

  it("is promised by every check that can be made from afar, and the others say that they cannot be", async () => {
    await writeFile(join(bed.nt.dxadata, "Xdir.edb"), "twelve bytes");
    bed.nt.events.Application.push({ source: "MSExchangeDX", id: 133, text: "DS_E_BAD", at: 1_800_000_000 });
    const host = bed.open();
    const checks = await diagnoseDss(host);
    await host.close();
    const by = (outcome: CheckOutcome) => checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
    expect(by("refused")).toEqual([]);
    expect(by("warning")).toEqual(["dss-events"]);
    expect(by("unknown")).toEqual(["dss-role", "dss-containers", "dss-msvcrt", "dss-hand-made", "dss-monitor"]);
    expect(checks.find(({ id }) => id === "dss-disk")?.found).toMatch(
      /^[\d,]+ bytes free; four times Xdir\.edb is 48 bytes$/u,
    );
    expect(checks.find(({ id }) => id === "dss-version")?.found).toBe("5.5.2653.23, Exchange 5.5 SP4");
  });
});
