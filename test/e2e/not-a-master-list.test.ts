import { mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SIMULATOR_LAYOUT } from "../../src/glb/layouts.ts";
import { encodeGlb } from "../../src/glb/write.ts";
import { makeBench, type Bench } from "./program.ts";
import { treeOf } from "./tree.ts";

let bench: Bench;
let good: Buffer;
beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "postoffice", "po"]);
  await bench.resync(["simulate", "dss", "dss", "--entries", "10"]);
  await mkdir(bench.path("outbox"));
  good = await masterList();
});
afterAll(() => bench.close());

const files: readonly (readonly [string, () => Buffer, RegExp])[] = [
  [
    "a 3-D model",
    () => Buffer.concat([Buffer.from("glTF"), Buffer.from([2, 0, 0, 0, 60, 0, 0, 0]), Buffer.alloc(48)]),
    /3-?D|glTF/iu,
  ],
  ["an HTML page", () => Buffer.from("<!DOCTYPE html>\n<html><body>Not found</body></html>\n"), /HTML/u],
  ["an empty file", () => Buffer.alloc(0), /empty/iu],
  ["plain text", () => Buffer.from("A Paul\tPCM:NET/PO/paul\r\n".repeat(20)), /text/iu],
  ["a truncated file", () => good.subarray(0, good.length - 7), /end|cut|short|whole/iu],
];

describe("what is no master list", () => {
  it.each(files)("%s is refused by name with exit 7, and nothing is dropped", async (_name, bytes, says) => {
    await writeFile(bench.path("RESYNC.GLB"), bytes());
    const before = await treeOf(bench.path("po", "MAILDATA"));
    const refused = await importFile("RESYNC.GLB");
    expect(refused.exitCode, refused.stderr).toBe(7);
    expect(refused.stderr).toMatch(says);
    expect(refused.stderr).toContain("FILE_NOT_USABLE");
    expect(await treeOf(bench.path("po", "MAILDATA"))).toEqual(before);
  });

  it("a folder is refused by name with exit 7", async () => {
    const refused = await importFile("outbox");
    expect(refused.exitCode).toBe(7);
    expect(refused.stderr).toMatch(/folder/u);
  });

  it.each(files)("%s in Dxadata is not delivered", async (_name, bytes) => {
    await writeFile(bench.path("dss", "C", "exchsrvr", "dxadata", "Resync.glb"), bytes());
    const args = ["push", "--dss", "simulated:dss", "--requestor", "HARBOUR", "--to", "outbox", "--no-generate"];
    const refused = await bench.resync(args);
    expect(refused.exitCode, refused.stderr).toBe(7);
    expect(await readdir(bench.path("outbox"))).toEqual([]);
  });
});

function importFile(file: string) {
  const runner = ["--runner-command", `node ${bench.path("po", "MAILEXE")}/{program}.mjs`];
  return bench.resync(["import", file, "--postoffice", "po/MAILDATA", ...runner], {
    RESYNC_ADMIN_PASSWORD: "password",
  });
}

async function masterList(): Promise<Buffer> {
  const texts = [
    "# header",
    "R PCM:NET/PO",
    ...Array.from({ length: 50 }, (_, index) => `A Name ${index}\tPCM:NET/PO/name${index}`),
  ];
  const records = texts.map((text, index) => ({ sync: index + 1, stamp: 900_000_000, text }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeGlb(records, { layout: SIMULATOR_LAYOUT })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
