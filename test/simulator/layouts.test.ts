import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readMasterList } from "../../src/glb/master-list.ts";
import { summarize } from "../../src/glb/summary.ts";
import { SIMULATED_LAYOUT_NAMES } from "../../src/simulator/layouts.ts";
import { bytesOf } from "../../src/transfer/bytes.ts";
import { dssBed } from "../push/generate/support.ts";
import { restart, setTrigger, untilTaken } from "./dss/support.ts";
import { testPostoffice } from "./postoffice/support.ts";

it.each(SIMULATED_LAYOUT_NAMES)(
  "a list in layout %s is written by the DSS, read without being told, and imported",
  async (layout) => {
    const bed = await dssBed({
      entries: 200,
      knobs: { layout, stopPendingMs: 1, startPendingMs: 1, stepMs: 1, valueDelayMs: 1 },
    });
    let bytes: Buffer;
    try {
      await setTrigger(bed, "NORTH/PO1");
      await restart(bed);
      await untilTaken(bed);
      bytes = await readFile(join(bed.dxadata, "Resync.glb"));
    } finally {
      await bed.close();
    }
    const list = await readMasterList(bytesOf(bytes));
    if (list.finding === undefined) throw new Error(list.why);
    const summary = await summarize(list);
    expect(summary).toMatchObject({ kinds: { add: 200, header: 1 }, faults: [], damage: { count: 0 } });

    await using postoffice = await testPostoffice({ dss: "SIMNET/SIMDSS", simulation: { layout } });
    postoffice.files.write("GLB/RESYNC.GLB", bytes);
    await postoffice.import("ADMIN -ppassword -q -y -dM");
    expect(postoffice.log()).toContain("Status       Import is finished.");
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(false);
    const imported = (await postoffice.extract()).filter((line) => /NORTH\/PO1|SOUTH\/PO1/u.test(line));
    expect(imported).toHaveLength(
      summary.lists.filter(({ type }) => type === "PCM").reduce((sum, { adds }) => sum + adds, 0),
    );
  },
);
