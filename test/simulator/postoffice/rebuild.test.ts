import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { IMPORT_VERSIONS } from "../../../src/simulator/postoffice/simulation.ts";
import { wordIndex } from "../../../src/simulator/postoffice/programs/gal/word-index.ts";
import { brokenSizes } from "./size-rules.ts";
import { changed, testPostoffice, type TestPostoffice } from "./support.ts";

const BANNER = "Status       Microsoft (R) Mail GAL Rebuild Utility Version 3.5";
const COUNT = "Status       Number of entries in GAL:        4";
const BLANK = "Status       ";
const GAL = ["GLB/GALINDEX.GLB", "GLB/GALNETPO.GLB", "NME/GAL.NME"];
const TEMPORARIES = ["GLB/GALINDE$.GLB", "GLB/TMPNETPO.GLB", "NME/GAL$.NME"];
const LOG = "LOG/DIRSYNC.LOG";

async function filled(): Promise<TestPostoffice> {
  return testPostoffice({
    gateways: [{ type: "SMTP", names: [{ alias: "Sam Smtp", address: "s@s" }] }],
    external: [
      {
        network: "N",
        postoffice: "P",
        names: [
          { alias: "zoe", address: "zoe" },
          { alias: "Ann", address: "ann" },
        ],
      },
    ],
  });
}

test("the GAL holds the names of every list, sorted; GALNETPO the external ones", async () => {
  await using postoffice = await filled();
  const { files } = postoffice;
  await postoffice.rebuild("-f -dM");
  expect(postoffice.log()).toEqual([BANNER, COUNT, BLANK]);
  const names = files.read("NME/GAL.NME");
  const aliases = Array.from({ length: 4 }, (_, index) =>
    names.toString("latin1", index * 45 + 2, index * 45 + 33).replace(/\0+$/u, ""),
  );
  expect(aliases).toEqual(["Administrator", "Ann", "Sam Smtp", "zoe"]);
  expect(files.size("GLB/GALINDEX.GLB")).toBe(52 * 4 + 5 * 6);
  expect(files.size("GLB/GALNETPO.GLB")).toBe(4 + 2 * 43);
  expect(files.read("GLB/GALNETPO.GLB").readUInt32LE(0)).toBe(0x7f67697f);
  expect(brokenSizes(postoffice.built.root)).toEqual([]);
});

describe("REBUILD fails on request", () => {
  test.each([
    ["rebuild-202", [BANNER, "Fatal  [202] No valid postoffice found", COUNT, BLANK], GAL],
    [
      "rebuild-203",
      [
        BANNER,
        COUNT,
        "Fatal  [203] GAL rebuild problem accessing files: GAL.NME",
        "Fatal  [   ]   Global Address List not installed.",
      ],
      TEMPORARIES,
    ],
    ["rebuild-204", [BANNER, "Fatal  [204] Rebuild out of disk space"], []],
    ["rebuild-no-blank-line", [BANNER, COUNT], ["NME/GAL$.NME"]],
  ] as const)("%s", async (failure, log, files) => {
    await using postoffice = await filled();
    const before = postoffice.fingerprint();
    await postoffice.rebuild("-f -dM", { failure });
    expect(postoffice.log()).toEqual(log);
    expect(changed(before, postoffice.fingerprint())).toEqual([...files, LOG].toSorted());
  });

  test("without MASTER.GLB there is no postoffice: 202, and no GAL (Q96004)", async () => {
    await using postoffice = await filled();
    postoffice.files.remove("GLB/MASTER.GLB");
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log()).toEqual([BANNER, "Fatal  [202] No valid postoffice found"]);
    expect(postoffice.files.exists("NME/GAL.NME")).toBe(false);
  });

  test("a read-only MASTER.GLB is 202, yet the GAL is rebuilt (Q104870); a read-only GAL.NME is 203 (Q99117)", async () => {
    await using postoffice = await filled();
    const { files } = postoffice;
    chmodSync(files.path("GLB/MASTER.GLB"), 0o444);
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log()).toEqual([BANNER, "Fatal  [202] No valid postoffice found", COUNT, BLANK]);
    chmodSync(files.path("GLB/MASTER.GLB"), 0o644);
    chmodSync(files.path("NME/GAL.NME"), 0o444);
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log().at(-2)).toBe("Fatal  [203] GAL rebuild problem accessing files: GAL.NME");
  });

  test("a corrupt GALNETPO is Fatal 39 until the GAL files are deleted (Q135486)", async () => {
    await using postoffice = await filled();
    await postoffice.rebuild("-f -dM");
    postoffice.files.update("GLB/GALNETPO.GLB", (bytes) => bytes.writeUInt32LE(1, 0));
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log().at(-1)).toBe("Fatal  [ 39] Error generating TID");
    for (const name of GAL) postoffice.files.remove(name);
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log().at(-1)).toBe(BLANK);
  });

  test("a missing USR file is said for information (Q96004)", async () => {
    await using postoffice = await filled();
    const usr = postoffice.files.list("USR").find((name) => name.endsWith(".USR")) ?? "";
    postoffice.files.remove(`USR/${usr}`);
    await postoffice.rebuild("-f -dM");
    expect(postoffice.log()[1]).toBe("Status [201] The .USR file is missing: N/P");
  });
});

test("without -f nothing happens unless somebody says yes", async () => {
  await using postoffice = await filled();
  const before = postoffice.fingerprint();
  expect(await postoffice.rebuild("-dM")).toContain("(Y/N)? ");
  expect(changed(before, postoffice.fingerprint())).toEqual([]);
});

test.each(IMPORT_VERSIONS)("the banner of %s", async (version) => {
  await using postoffice = await filled();
  await postoffice.rebuild("-f", { version });
  const old = `Status       Microsoft(R) mail GAL Rebuild Utility V.${version}`;
  const recent = `Status       Microsoft (R) Mail GAL Rebuild Utility Version ${version}`;
  expect(postoffice.log()[0]).toBe(version.startsWith("3.2") ? old : recent);
});

test("80,000 names of two and a half words index to the size of Q86375's example", () => {
  const aliases = Array.from({ length: 80_000 }, (_, index) => (index % 2 === 0 ? "Able Best" : "Able Best Cole"));
  expect(wordIndex(aliases).length).toBe(1_200_208);
});
