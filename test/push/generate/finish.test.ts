import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finishOnDss } from "../../../src/push/generate/finish.ts";
import { recoverGenerate } from "../../../src/push/generate/recover.ts";
import { holdOpen } from "../../../src/simulator/dss/open-files.ts";
import { dssBed, testContext, type DssBed } from "./support.ts";

const CONTENT = "the delivered list";
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
    const kept = await finishOnDss(bed.host, LIST, false, context);
    expect(kept).toMatch(/^C:\\exchsrvr\\dxadata\\RS\d{6}\.\d\dA$/u);
    expect(await readdir(bed.dxadata)).not.toContain("Resync.glb");
    expect(await readFile(join(bed.dxadata, kept?.split("\\").at(-1) ?? ""), "utf8")).toBe(CONTENT);
    expect(context.entries.map(({ type }) => type)).toEqual(["intent", "done"]);
    // A finished list is not a change to undo.
    expect(await recoverGenerate(bed.host, context.entries, await testContext())).toEqual({ done: [], trouble: [] });
  });

  it("takes another free name when several are kept in one minute", async () => {
    const first = await finishOnDss(bed.host, LIST, false, await testContext());
    await writeFile(join(bed.dxadata, LIST.name), CONTENT);
    const second = await finishOnDss(bed.host, LIST, false, await testContext());
    expect(second).not.toBe(first);
    expect((await readdir(bed.dxadata)).filter((name) => name.startsWith("RS"))).toHaveLength(2);
  });

  it("leaves it with keep", async () => {
    expect(await finishOnDss(bed.host, LIST, true, await testContext())).toBeUndefined();
    expect(await readdir(bed.dxadata)).toContain("Resync.glb");
  });

  it("leaves another file alone, and does nothing when there is none", async () => {
    expect(await finishOnDss(bed.host, { ...LIST, size: 1 }, false, await testContext())).toBeUndefined();
    expect(await readdir(bed.dxadata)).toContain("Resync.glb");
    expect(
      await finishOnDss(bed.host, { ...LIST, dxadata: "C:\\exchsrvr\\bin" }, false, await testContext()),
    ).toBeUndefined();
  });

  it("warns and goes on when somebody holds it open", async () => {
    const mark = await holdOpen(bed.dir, join(bed.dxadata, LIST.name), false);
    const context = await testContext();
    expect(await finishOnDss(bed.host, LIST, false, context)).toBeUndefined();
    expect(context.reporter.events).toContainEqual(expect.objectContaining({ type: "warning", reference: "Q156124" }));
    await mark.release();
  });
});
