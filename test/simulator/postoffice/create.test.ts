import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPostoffice } from "../../../src/simulator/postoffice/create.ts";
import { ACKNOWLEDGEMENT, readQueue, writeQueue } from "../../../src/simulator/postoffice/queue.ts";
import { brokenSizes } from "./size-rules.ts";
import { listing, testPostoffice } from "./support.ts";

const GOLDEN = new URL("../../../fixtures/postoffice/fresh-3.5.txt", import.meta.url);

describe("a fresh postoffice", () => {
  test("has every folder, file and size of Q135868", async () => {
    await using postoffice = await testPostoffice();
    const found = [...listing(postoffice.built.root)].map(([name, size]) => `${String(size).padStart(6)} ${name}\n`);
    expect(found.join("")).toBe(readFileSync(GOLDEN, "utf8"));
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });

  test("has the 19 folders of MAILINT's list, and 16 each in ATT and MAI (Q132744)", async () => {
    await using postoffice = await testPostoffice();
    const { root } = postoffice.built;
    expect(readdirSync(root).toSorted().join(" ")).toBe(
      "ATT CAL FOLDERS GLB GRP HLP INF INI KEY LOG MAI MBG MEM MMF NME P1 TPL USR XTN",
    );
    expect(readdirSync(join(root, "ATT"))).toHaveLength(17);
    expect(readdirSync(join(root, "MAI"))).toHaveLength(17);
  });

  test("says in its counters that 00000000 and 00000001 are taken, low byte first (Q87388)", async () => {
    await using postoffice = await testPostoffice();
    expect(postoffice.files.read("GLB/CONTROL.GLB").toString("hex")).toBe("0200000001000000");
    expect(postoffice.files.read("GLB/TID.GLB").toString("hex")).toBe("02000000");
  });

  test("keeps what Q127954 lists read-only, and everything else writable", async () => {
    await using postoffice = await testPostoffice();
    const { files } = postoffice;
    const writable = (name: string): boolean => (statSync(files.path(name)).mode & 0o200) !== 0;
    for (const name of [
      "GLB/POPULATE.MSM",
      "GLB/DS_MSG.GLB",
      "GLB/C850SORT.GLB",
      "TPL/SYSTEM01.TPL",
      "GLB/MODEM1.SCR",
    ]) {
      expect([name, writable(name)]).toEqual([name, false]);
    }
    for (const name of ["GLB/MASTER.GLB", "GLB/REQCONF.GLB", "NME/ADMIN.NME", "XTN/00000001.XTN"]) {
      expect([name, writable(name)]).toEqual([name, true]);
    }
  });

  test("is the same in lower case, and its programs find it there", async () => {
    await using postoffice = await testPostoffice({
      lowerCase: true,
      dss: "EXNET/EXPO",
      users: [{ alias: "Ann", address: "ann" }],
    });
    expect([...listing(postoffice.built.root).keys()].filter((name) => name !== name.toLowerCase())).toEqual([]);
    await postoffice.drop(["R PCM:NEWNET/NEWPO", "A Bob\tPCM:NEWNET/NEWPO/bob"]);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dM");
    expect(await postoffice.extract()).toEqual([`A ${"Bob".padEnd(30)} PCM:NEWNET/NEWPO/bob`]);
    expect([...listing(postoffice.built.root).keys()].filter((name) => name !== name.toLowerCase())).toEqual([]);
  });
});

describe("what is added on request", () => {
  const full = {
    users: [
      { alias: "Ann Able", address: "ann" },
      { alias: "Bob Best", address: "bob" },
    ],
    gateways: [{ type: "SMTP", names: [{ alias: "Sam", address: "sam@host.example" }] }, { type: "FAX" }],
    external: [
      { network: "NET1", postoffice: "PO1", names: [{ alias: "Carl", address: "carl" }] },
      {
        network: "NET1",
        postoffice: "PO2",
        template: ["Phone:~15~20~A~~"],
        names: [
          { alias: "Dora", address: "dora", details: { Phone: "800" } },
          { alias: "Emil", address: "emil" },
        ],
      },
      { network: "SNADSGATE", postoffice: "DGN1", type: "SNADS", names: [{ alias: "Fred", address: "FRED" }] },
    ],
    dss: "EXNET/EXPO",
    sync: { reqSync: 5, srvSync: 9, importSync: 2 },
    pending: ["A New One\tPCM:SIMNET/SIMPO/new"],
  } as const;

  test("keeps every size rule", async () => {
    await using postoffice = await testPostoffice(full);
    const { built, files } = postoffice;
    expect(brokenSizes(built.root)).toEqual([]);
    expect(files.size("GLB/ACCESS.GLB")).toBe(3 * 586);
    // Networks: its own, SMTP, FAX, NET1, SNADSGATE, EXNET.
    expect(files.size("GLB/NETWORK.GLB")).toBe(6 * 122);
    expect(files.size("GLB/FAX.GLB")).toBe(4);
    expect(files.size("NME/FAX.NME")).toBe(0);
    expect(files.size("NME/SMTP.NME")).toBe(45);
    expect(files.list("INF").filter((name) => name.endsWith(".INF"))).toHaveLength(1);
    expect(files.size("GLB/FLAG.GLB")).toBe(2);
  });

  test("IMPORT -x finds the lists that were asked for", async () => {
    await using postoffice = await testPostoffice(full);
    expect(await postoffice.extract()).toEqual([
      "A Carl                           PCM:NET1/PO1/carl",
      "A Dora                           PCM:NET1/PO2/dora",
      "A Emil                           PCM:NET1/PO2/emil",
      "A Fred                           SNADS:SNADSGATE/DGN1/FRED",
      "A Sam                            SMTP:sam@host.example",
    ]);
  });

  test("REQTRANS holds the 49-byte acknowledgement (Q133428) and the waiting transactions behind it", async () => {
    await using postoffice = await testPostoffice(full);
    const records = [];
    for await (const record of readQueue(postoffice.files, "REQTRANS")) records.push(record);
    expect(records.map(({ sync, text }) => [sync, text])).toEqual([
      [5, ACKNOWLEDGEMENT],
      [6, "A New One\tPCM:SIMNET/SIMPO/new"],
    ]);
    await using acknowledged = await testPostoffice({ sync: { reqSync: 5 } });
    expect(acknowledged.files.size("GLB/REQTRANS.GLB")).toBe(49);
  });

  test("PODIAG's one record is 60 bytes in this layout (Q110496)", async () => {
    await using postoffice = await testPostoffice();
    await writeQueue(postoffice.files, "REQTRANS", [
      { sync: 12, stamp: 1, text: "# Dummy record installed by PODIAG." },
    ]);
    expect(postoffice.files.size("GLB/REQTRANS.GLB")).toBe(60);
  });

  test("the DSS role brings SRVCONF, 1024 bytes for itself and each requestor, and MSTTRANS", async () => {
    await using postoffice = await testPostoffice({ requestors: ["NET1/PO1", "NET2/PO2"] });
    expect(postoffice.files.size("GLB/SRVCONF.GLB")).toBe(3 * 1024);
    expect(postoffice.files.exists("GLB/MSTTRANS.GLB")).toBe(true);
  });
});

describe("what is refused", () => {
  test("a folder that holds a postoffice already", async () => {
    await using postoffice = await testPostoffice();
    const before = postoffice.fingerprint();
    await expect(createPostoffice(postoffice.beside("."))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(postoffice.fingerprint()).toEqual(before);
  });

  test.each([
    ["a network of 11 characters", { network: "ELEVENCHARS" }],
    ["an alias of 31 characters", { users: [{ alias: "x".repeat(31), address: "x" }] }],
    [
      "the same postoffice twice",
      {
        external: [
          { network: "N", postoffice: "P" },
          { network: "n", postoffice: "p" },
        ],
      },
    ],
    ["a DSS without its network", { dss: "EXPO" }],
    ["a failure nobody knows", { simulation: { failure: "fatal-1000" as "fatal-7" } }],
  ])("%s", async (_, options) => {
    await expect(testPostoffice(options)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
