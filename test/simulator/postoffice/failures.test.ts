import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  POSTOFFICE_FAILURES,
  POSTOFFICE_FAILURE_NAMES,
  type PostofficeFailure,
} from "../../../src/simulator/postoffice/failures.ts";
import { decodeRequestorConfig } from "../../../src/simulator/postoffice/records/config.ts";
import { AFTERMATHS, BANNER, ELSEWHERE, FINISHED, lists, NEW, oldPostoffice, SUCCESS } from "./aftermaths.ts";
import { brokenSizes } from "./size-rules.ts";
import { changed, type TestPostoffice } from "./support.ts";

describe("IMPORT fails on request", () => {
  let shared: TestPostoffice;
  beforeAll(async () => {
    shared = await oldPostoffice();
  });
  beforeEach(() => shared.reset());
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each(Object.entries(AFTERMATHS))("%s", async (name, aftermath) => {
    const postoffice = shared;
    const before = postoffice.fingerprint();
    const screen = await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: name as PostofficeFailure });
    const after = postoffice.fingerprint();

    expect(postoffice.log()).toEqual(aftermath.log);
    expect(changed(before, after)).toEqual(aftermath.changed.toSorted());
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(aftermath.resyncLeft);
    expect(decodeRequestorConfig(postoffice.files.read("GLB/REQCONF.GLB")).reqSync).toBe(aftermath.reqSync);
    if (aftermath.screen !== undefined) expect(screen).toBe(aftermath.screen);
    expect(await lists(postoffice)).toEqual(aftermath.lists);
  });

  test("without a failure the same file succeeds, to the same change everywhere", async () => {
    const postoffice = shared;
    const before = postoffice.fingerprint();
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM");
    expect(changed(before, postoffice.fingerprint())).toEqual(SUCCESS.changed.toSorted());
    expect(await lists(postoffice)).toEqual(NEW);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });

  test("fatal-59: an unknown postoffice cannot be created", async () => {
    await using postoffice = await oldPostoffice();
    await postoffice.drop(["A Zoe\tPCM:NEW/PO/zoe"]);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: "fatal-59" });
    expect(postoffice.log()).toEqual([BANNER, "Fatal  [ 59] Error autocreating PO: PCM:NEW/PO", FINISHED]);
    expect(postoffice.files.size("GLB/USRTRANS.GLB")).toBeGreaterThan(0);
  });

  test("no-ds-msg: a numbered message loses its text (Q130064)", async () => {
    await using postoffice = await oldPostoffice();
    await postoffice.drop(["A X\tX400:/c=US/"]);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM", { failure: "no-ds-msg" });
    expect(postoffice.log()[1]).toBe("Error  [  1] Error Obtaining Message #: 44");
  });

  test("every failure is tested somewhere, and names its source", () => {
    const tested = [...Object.keys(AFTERMATHS), ...ELSEWHERE];
    const imports = POSTOFFICE_FAILURE_NAMES.filter((name) => POSTOFFICE_FAILURES[name].program === "IMPORT");
    expect(tested.toSorted()).toEqual(imports.toSorted());
    for (const name of POSTOFFICE_FAILURE_NAMES) {
      expect(POSTOFFICE_FAILURES[name].source).toMatch(/^(assumption|Q\d{5,6}(, Q\d{5,6})*)$/u);
    }
  });
});

test("docs/simulator.md has every failure as the code has it", () => {
  const page = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");
  for (const name of POSTOFFICE_FAILURE_NAMES) {
    const { program, does, source } = POSTOFFICE_FAILURES[name];
    const shown = source === "assumption" ? "*assumption*" : source;
    expect(page).toContain(`| \`${name}\` | ${program} | ${does} | ${shown} |`);
  }
});
