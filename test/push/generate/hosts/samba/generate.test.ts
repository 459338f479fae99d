import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DXA_KEY } from "../../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { parseRegistryFile, valuesIn } from "../../../../../src/push/generate/registry-file.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";
import { generateBed, masterList, type GenerateBed } from "./generate-bed.ts";

const NAMES: readonly (readonly [string, readonly string[]])[] = [
  ["three requestors, with blanks and umlauts", ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"]],
  ["one requestor", ["NETWORK/PO1"]],
  ["200 requestors", Array.from({ length: 200 }, (_, index) => `NETWORK/Büro ${index + 1}`)],
];
const chosen = process.env["RESYNC_LONG"] === undefined ? NAMES.slice(0, 1) : NAMES;

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
});
