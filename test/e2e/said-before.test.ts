import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeTexts, SAMPLE } from "../glb/support/lists.ts";
import { makeBench, type Bench } from "./program.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "dss", "dss", "--entries", "10"]);
  await mkdir(bench.path("outbox"));
});
afterAll(() => bench.close());

it("a push says what will go wrong at the postoffice before it sends anything", async () => {
  const list = [...SAMPLE, "A Wy?ocki\tPCM:NORTH/HARBOUR/wysocki", "A L?d?\tPCM:NORTH/HARBOUR/lodz"];
  await writeFile(bench.path("dss", "C", "exchsrvr", "dxadata", "Resync.glb"), await encodeTexts(list));
  const flags = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--no-generate", "--to", "outbox"];
  const { exitCode, stderr } = await bench.resync(["push", ...flags]);
  expect(exitCode, stderr).toBe(0);
  const said = stderr.replaceAll(/\s+/gu, " ");
  const delivered = said.indexOf("Deliver and read back");
  for (const warning of [
    "has 50 characters; 30 are allowed",
    "IMPORT will log message 72",
    "addresses of gateways: SMTP (1)",
    "2 transactions should be looked at; first at byte",
    'The "?" in the name "Wy?ocki" may stand for a character that the code page lacks',
    "The list brings 1 template",
  ]) {
    const at = said.indexOf(warning);
    expect(at, warning).toBeGreaterThan(0);
    expect(at, warning).toBeLessThan(delivered);
  }
});
