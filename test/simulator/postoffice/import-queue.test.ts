import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decodeRequestorConfig } from "../../../src/simulator/postoffice/records/config.ts";
import { IMPORT_VERSIONS } from "../../../src/simulator/postoffice/simulation.ts";
import { brokenSizes } from "./size-rules.ts";
import { column, queue, testPostoffice, type TestPostoffice } from "./support.ts";

const GO = "ADMIN -pPASSWORD -q -y -dM";

describe("single transactions", () => {
  const external = [
    {
      network: "N",
      postoffice: "P",
      names: [
        { alias: "Ann", address: "ann" },
        { alias: "Bob", address: "bob" },
      ],
    },
  ];

  let shared: TestPostoffice;
  beforeAll(async () => {
    shared = await testPostoffice({ dss: "N/P", external });
  });
  beforeEach(() => shared.reset());
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each<[string, string[], string[], string[]]>([
    ["A adds", ["A Carl\tPCM:N/P/carl"], ["Ann ann", "Bob bob", "Carl carl"], []],
    [
      "A of a name that is there is Warning 27 (Q118447)",
      ["A ANN\tPCM:N/P/other"],
      ["Ann ann", "Bob bob"],
      ["Warning[ 27] Alias already exists ANN"],
    ],
    ["D deletes", ["D Ann\tPCM:N/P/ann"], ["Bob bob"], []],
    [
      "D of an unknown name is Error 29",
      ["D Zoe\tPCM:N/P/zoe"],
      ["Ann ann", "Bob bob"],
      ["Error  [ 29] Alias does not exist Zoe"],
    ],
    ["M renames", ["M Ann\tPCM:N/P/ann\r\n  Anna\tPCM:N/P/anna"], ["Anna anna", "Bob bob"], []],
    [
      "M of an unknown name adds the new one and is Error 29 (Q117260)",
      ["M Zoe\tPCM:N/P/zoe\r\n  Zora\tPCM:N/P/zora"],
      ["Ann ann", "Bob bob", "Zora zora"],
      ["Error  [ 29] Alias does not exist Zoe"],
    ],
    ["R empties the list first (Q105125)", ["R PCM:N/P", "A Carl\tPCM:N/P/carl"], ["Carl carl"], []],
    ["types are case-insensitive (Q157712)", ["R pcm:n/p", "A Carl\tpcm:n/p/carl"], ["Carl carl"], []],
    ["# is passed over", ["# Dummy record installed by PODIAG."], ["Ann ann", "Bob bob"], []],
    [
      "a name of 31 characters is Error 72",
      [`A ${"x".repeat(31)}\tPCM:N/P/x`],
      ["Ann ann", "Bob bob"],
      [`Error  [ 72] Fullname too long: A ${"x".repeat(31)}\tPCM:N/P/x`],
    ],
    [
      "a mailbox of 11 characters is Error 20",
      ["A Long\tPCM:N/P/elevenchars"],
      ["Ann ann", "Bob bob"],
      ["Error  [ 20] Address element too long: A Long\tPCM:N/P/elevenchars"],
    ],
    [
      "a missing mailbox is Error 81",
      ["A Grp\tPCM:N/P/"],
      ["Ann ann", "Bob bob"],
      ["Error  [ 81] No mailbox name: A Grp\tPCM:N/P/"],
    ],
    [
      "an unknown type is Error 16",
      ["A Odd\tODD:x"],
      ["Ann ann", "Bob bob"],
      ["Error  [ 16] Unknown address type: A Odd\tODD:x"],
    ],
    [
      "a strange punctuation in the mailbox is Error 71",
      ["A Odd\tPCM:N/P/a+b"],
      ["Ann ann", "Bob bob"],
      ["Error  [ 71] Alphanumerics only in mailbox name: A Odd\tPCM:N/P/a+b"],
    ],
    [
      "template data without the option is Warning 73",
      ["A Carl\tPCM:N/P/carl\r\n- Phone:/800"],
      ["Ann ann", "Bob bob", "Carl carl"],
      ["Warning[ 73] Template option not set"],
    ],
  ])("%s", async (_, transactions, names, problems) => {
    const postoffice = shared;
    await postoffice.drop(transactions);
    await postoffice.import(GO);
    expect(postoffice.log()).toEqual([
      "Status       Microsoft (R) Mail Import V3.5",
      ...problems,
      "Status       Import is finished.",
    ]);
    expect(await postoffice.extract()).toEqual(
      names.map((name) => column(name.split(" ")[0] ?? "", `PCM:N/P/${name.split(" ")[1]}`)),
    );
  });

  test("lists that come mixed are sorted apart in USRTRANS, each in its order", async () => {
    const postoffice = shared;
    await postoffice.drop([
      "A A1\tPCM:N/A/a1",
      "A B1\tPCM:N/B/b1",
      "A A2\tPCM:N/A/a2",
      "R PCM:N/B",
      "A B2\tPCM:N/B/b2",
    ]);
    await postoffice.import(GO, { failure: "crash" });
    expect((await queue(postoffice, "USRTRANS")).map(([, text]) => text)).toEqual([
      "A A1\tPCM:N/A/a1",
      "A A2\tPCM:N/A/a2",
      "A B1\tPCM:N/B/b1",
      "R PCM:N/B",
      "A B2\tPCM:N/B/b2",
    ]);
    postoffice.files.remove("GLB/SORTLOCK.GLB");
    await postoffice.import(GO);
    expect(await postoffice.extract("-xN/B")).toEqual([column("B2", "PCM:N/B/b2")]);
  });

  test("code page 850 comes back as it went", async () => {
    await using postoffice = await testPostoffice({ dss: "EX/EX" });
    await postoffice.drop(["A Çelik Müller\tPCM:N/P/müller"]);
    await postoffice.import(GO);
    const [line] = await postoffice.extract();
    expect(line).toBe(column("\x80elik M\x81ller", "PCM:N/P/m\x81ller"));
  });
});

describe("templates", () => {
  const options = { dss: "N/P", templatesReceive: true, external: [{ network: "N", postoffice: "P" }] };

  test("T and details fill TPL and INF, whose records are as long as the fields (Q77926)", async () => {
    await using postoffice = await testPostoffice(options);
    const { files } = postoffice;
    await postoffice.drop([
      "R PCM:N/P",
      "T PCM:N/P\r\n Phone:~15~20~A~~\r\n City/ST:~15~30~A~~",
      "A Ann\tPCM:N/P/ann\r\n- Phone:/800 1\r\n- City//ST:/Any, AA",
      "A Bob\tPCM:N/P/bob\r\n- Pager:/1",
    ]);
    await postoffice.import(GO);
    const inf = files.list("INF").find((name) => name.endsWith(".INF")) ?? "";
    expect(files.size(`INF/${inf}`)).toBe(2 * 50);
    expect(files.read(`INF/${inf}`).toString("latin1", 0, 50).replace(/\0+/gu, "|")).toBe("800 1|Any, AA|");
    expect(postoffice.log()).toContain("Error  [ 37] Prompt not in template: Pager");
    expect(files.exists("INF/IMPORT.INF")).toBe(false);
  });

  test("T alone empties what was there (Q104281)", async () => {
    await using postoffice = await testPostoffice(options);
    const { files } = postoffice;
    await postoffice.drop(["T PCM:N/P\r\n Phone:~15~20~A~~", "A Ann\tPCM:N/P/ann\r\n- Phone:/800"]);
    await postoffice.import(GO);
    const inf = `INF/${files.list("INF").find((name) => name.endsWith(".INF")) ?? ""}`;
    expect(files.size(inf)).toBe(20);
    await postoffice.drop(["T PCM:N/P\r\n Fax:~15~9~A~~"]);
    await postoffice.import(GO);
    expect(files.size(inf)).toBe(0);
  });

  test("the option without any template in the file is a harmless warning (Q96060)", async () => {
    await using postoffice = await testPostoffice(options);
    await postoffice.drop(["A Ann\tPCM:N/P/ann"]);
    await postoffice.import(GO);
    expect(postoffice.log()[1]).toBe("Warning[ 65] No template information was received");
  });
});

describe("unknown postoffices", () => {
  test("are created with mailbag and key, routed as the DSS is (Q96060)", async () => {
    await using postoffice = await testPostoffice({ dss: "EX/EX" });
    const { files } = postoffice;
    const before = files.read("GLB/CONTROL.GLB").readUInt32LE(0);
    await postoffice.drop(["A Ann\tPCM:NEW/ONE/ann", "A Bob\tPCM:NEW/TWO/bob"]);
    await postoffice.import(GO);
    expect(files.read("GLB/CONTROL.GLB").readUInt32LE(0)).toBe(before + 3);
    expect(files.size("GLB/NETWORK.GLB")).toBe(3 * 122);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });

  test.each([
    ["without a DSS: Fatal 54", {}, "Fatal  [ 54] No server name set"],
    ["with TID.GLB missing: Fatal 39", { dss: "EX/EX", remove: "GLB/TID.GLB" }, "Fatal  [ 39] Error generating TID"],
  ])("%s", async (_, { remove, ...options }: { dss?: string; remove?: string }, line) => {
    await using postoffice = await testPostoffice(options);
    if (remove !== undefined) postoffice.files.remove(remove);
    await postoffice.drop(["A Ann\tPCM:NEW/ONE/ann"]);
    await postoffice.import(GO);
    expect(postoffice.log().slice(1)).toEqual([line, "Status       Import is finished."]);
    expect(postoffice.files.size("GLB/USRTRANS.GLB")).toBeGreaterThan(0);
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(true);
  });
});

describe("what differs by version", () => {
  test.each(IMPORT_VERSIONS)("%s", async (version) => {
    await using postoffice = await testPostoffice({ dss: "EX/EX" });
    await postoffice.drop(["A Ann\tPCM:N/P/ann"]);
    await postoffice.import(GO, { version });
    const banner = { "3.2": "V3.2", "3.2.9": "V3.2a", "3.5": "V3.5", "3.5.34": "V3.5.34" }[version];
    expect(postoffice.log()[0]).toBe(`Status       Microsoft (R) Mail Import ${banner}`);
    expect(postoffice.files.read("GLB/FLAG.GLB").readUInt16LE(0)).toBe(version === "3.2" ? 0 : 1);
  });

  test("a malformed M kills IMPORT before 3.5.30, and has no effect after (Q194819)", async () => {
    for (const version of ["3.5", "3.5.34"] as const) {
      await using postoffice = await testPostoffice({ dss: "EX/EX" });
      await postoffice.drop(["A Ann\tPCM:N/P/ann", "M Ann\tPCM:N/P/ann"]);
      const screen = await postoffice.import(GO, { version });
      expect(screen.includes("protection violation")).toBe(version === "3.5");
      expect(postoffice.files.exists("GLB/SORTLOCK.GLB")).toBe(version === "3.5");
      expect(postoffice.log().at(-1)).toContain(
        version === "3.5" ? "Microsoft (R) Mail Import" : "Import is finished.",
      );
    }
  });
});

test("without RESYNC.GLB the queue SRVTRANS is worked off and the numbers stay (Q96060)", async () => {
  await using postoffice = await testPostoffice({ dss: "EX/EX", sync: { reqSync: 5 } });
  await postoffice.drop(["A Ann\tPCM:N/P/ann"]);
  postoffice.files.rename("GLB/RESYNC.GLB", "GLB/SRVTRANS.GLB");
  await postoffice.import(GO);
  expect(await postoffice.extract()).toEqual([column("Ann", "PCM:N/P/ann")]);
  expect(decodeRequestorConfig(postoffice.files.read("GLB/REQCONF.GLB")).reqSync).toBe(5);
});

test("a missing REQTRANS is Warning 2, and is made (Q119017)", async () => {
  await using postoffice = await testPostoffice({ dss: "EX/EX" });
  postoffice.files.remove("GLB/REQTRANS.GLB");
  await postoffice.drop(["A Ann\tPCM:N/P/ann"]);
  await postoffice.import(GO);
  expect(postoffice.log()[1]).toBe("Warning[  2] Error opening file: REQTRANS");
  expect(postoffice.files.size("GLB/REQTRANS.GLB")).toBe(49);
});

test("D and M of a name reach the postoffice's own list by way of NMETRANS (Q96060)", async () => {
  await using postoffice = await testPostoffice({
    dss: "N/P",
    external: [
      {
        network: "N",
        postoffice: "P",
        names: [
          { alias: "Ann", address: "ann" },
          { alias: "Bob", address: "bob" },
        ],
      },
    ],
  });
  const { files } = postoffice;
  await postoffice.import(
    `ADMIN -pPASSWORD -y -a -f${textFile(postoffice, "A Cleo\tPCM:N/P/cleo\r\nA Dan\tPCM:N/P/dan\r\n")}`,
  );
  expect(files.size("NME/ADMIN.NME")).toBe(3 * 45);
  await postoffice.drop(["D Cleo\tPCM:N/P/cleo", "M Dan\tPCM:N/P/dan\r\n  Daniel\tPCM:N/P/dan"]);
  await postoffice.import(GO);
  const list = files.read("NME/ADMIN.NME");
  expect(list.length).toBe(2 * 45);
  expect(list.toString("latin1")).toContain("Daniel\0");
  expect(files.read("NME/ADMINSHD.NME")).toEqual(list);
});

function textFile(postoffice: TestPostoffice, text: string): string {
  const path = postoffice.beside("import.txt");
  writeFileSync(path, text, "latin1");
  return path;
}
