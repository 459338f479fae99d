import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBench, type Bench } from "./program.ts";
import { treeOf } from "./tree.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "dss", "dss", "--entries", "50"]);
  await bench.resync(["simulate", "postoffice", "po"]);
  await mkdir(bench.path("outbox"));
});
afterAll(() => bench.close());

const push = () =>
  bench.resync(["push", "--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "50ms", "--to", "outbox"]);
const pull = () => {
  const runner = ["--runner-command", `node ${bench.path("po", "MAILEXE")}/{program}.mjs`];
  const args = ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", ...runner];
  return bench.resync(args, { RESYNC_ADMIN_PASSWORD: "password" });
};
const oneLine = (text: string) => text.replaceAll(/\s+/gu, " ");

describe("a header whose numbers are lower than before", () => {
  it("is a warning of Fatal 14 before the push and before the import, and IMPORT then ends with it", async () => {
    expect(await push()).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("Fatal 14") as string });
    expect(await pull()).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("Fatal 14") as string });

    const file = bench.path("dss", "requestors.json");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/("reqSeq": )\d+/gu, "$11"));
    const warning =
      /header's numbers are lower than the requestor's: REQSEQ 1 \(known: 74\)\. IMPORT may end with Fatal 14/u;
    const pushed = await push();
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(oneLine(pushed.stderr)).toMatch(warning);

    const before = await treeOf(bench.path("po", "MAILDATA"));
    const imported = await pull();
    expect(imported.exitCode, imported.stderr).toBe(8);
    expect(oneLine(imported.stderr)).toMatch(warning);
    expect(oneLine(imported.stderr)).toContain("Error processing RESYNC.GLB");
    expect(await treeOf(bench.path("po", "MAILDATA"))).toEqual(before);
  });
});
