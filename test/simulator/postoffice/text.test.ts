import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseHeader } from "../../../src/glb/header.ts";
import { readQueue } from "../../../src/simulator/postoffice/queue.ts";
import { brokenSizes } from "./size-rules.ts";
import { changed, column, testPostoffice, type TestPostoffice } from "./support.ts";

const BANNER = "Status       Microsoft (R) Mail Import V3.5";
const FINISHED = "Status       Import is finished.";

const OPTIONS = {
  dss: "N/P",
  users: [{ alias: "Own One", address: "own" }],
  gateways: [{ type: "SMTP", names: [{ alias: "Sam", address: "s@s" }] }],
  external: [
    { network: "N", postoffice: "P", names: [{ alias: "Ann", address: "ann" }] },
    { network: "N", postoffice: "Q", names: [{ alias: "Quin", address: "quin" }] },
  ],
} as const;

const ALL = [column("Ann", "PCM:N/P/ann"), column("Quin", "PCM:N/Q/quin"), column("Sam", "SMTP:s@s")];

async function importText(postoffice: TestPostoffice, lines: string[], switches = ""): Promise<string> {
  const path = postoffice.beside("in.txt");
  writeFileSync(path, lines.map((line) => `${line}\r\n`).join(""), "latin1");
  return postoffice.import(`-f${path} ADMIN -pPASSWORD -y -dm ${switches}`.trim());
}

describe("import -x", () => {
  test.each([
    ["-x", ALL],
    ["-xN/P", ALL.slice(0, 1)],
    ["-xn\\q", ALL.slice(1, 2)],
    ["-x -gSMTP", ALL.slice(2)],
    ["-x -gPCM:N\\Q", ALL.slice(1, 2)],
    ["-xSIMNET/SIMPO", [column("Administrator", "PCM:SIMNET/SIMPO/ADMIN"), column("Own One", "PCM:SIMNET/SIMPO/own")]],
    ["-xNO/WHERE", []],
  ])("%s", async (args, lines) => {
    await using postoffice = await testPostoffice(OPTIONS);
    const before = postoffice.fingerprint();
    expect(await postoffice.extract(args)).toEqual(lines);
    expect(changed(before, postoffice.fingerprint())).toEqual(["LOG/DIRSYNC.LOG"]);
  });

  test("a file that cannot be written is Error 57", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await postoffice.import(`ADMIN -ppassword -y -x -f${postoffice.beside("no/such/folder")}`);
    expect(postoffice.log()[1]).toMatch(/^Error {2}\[ 57\] Error accessing output file: /u);
  });
});

describe("import -f", () => {
  test("what -x wrote comes back after the lists were emptied", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    const lines = await postoffice.extract();
    await importText(postoffice, ["R PCM:N/P", "R PCM:N/Q", "R SMTP:"]);
    expect(await postoffice.extract()).toEqual([]);
    await importText(postoffice, lines);
    expect(await postoffice.extract()).toEqual(lines);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
  });

  test("-a puts names into the postoffice list too, and its shadow; a second time is Warning 27 (Q118447)", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    const { files } = postoffice;
    const before = files.size("NME/ADMIN.NME");
    await importText(postoffice, ["A Bob PCM:N/P/bob".replace(" PCM", "\tPCM")], "-a");
    expect(files.size("NME/ADMIN.NME")).toBe(before + 45);
    expect(files.size("GLB/NETPO.GLB")).toBe(4 + 43);
    expect(brokenSizes(postoffice.built.root)).toEqual([]);
    await importText(postoffice, ["A Bob\tPCM:N/P/bob"], "-A");
    expect(postoffice.log()).toEqual([
      BANNER,
      FINISHED,
      BANNER,
      "Warning[ 27] Alias already exists Bob",
      "Warning[ 27] Alias already exists Bob",
      FINISHED,
    ]);
  });

  test("unknown networks and postoffices need -c", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await importText(postoffice, ["A X\tPCM:NEW/P/x", "A Y\tPCM:N/NEW/y"]);
    expect(postoffice.log().slice(1, 3)).toEqual([
      "Error  [ 31] Network not found: NEW",
      "Error  [ 32] Postoffice not found: NEW",
    ]);
    await importText(postoffice, ["A X\tPCM:NEW/P/x", "A Y\tPCM:N/NEW/y"], "-c");
    expect(await postoffice.extract()).toContain(column("X", "PCM:NEW/P/x"));
  });

  test("-r replaces each list met, -g takes one type, -t takes templates", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await importText(postoffice, ["A New\tPCM:N/P/new", "A Mail\tSMTP:m@m"], "-r -gPCM");
    expect(await postoffice.extract()).toEqual([column("New", "PCM:N/P/new"), ...ALL.slice(1)]);
    await importText(postoffice, ["T PCM:N/P", " Phone:~15~20~A~~", "A Tom\tPCM:N/P/tom", "- Phone:/800"], "-t");
    expect(postoffice.files.list("INF").filter((name) => name.endsWith(".INF"))).toHaveLength(1);
  });

  test("a line that begins with nothing spoils the transaction before it too (Q104687)", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await importText(postoffice, ["A Good\tPCM:N/P/good", "A Bad\tPCM:N/P/bad", "Xyz"]);
    expect(postoffice.log()[1]).toMatch(/^Error {2}\[ 12\] Invalid character in column 1: /u);
    expect(await postoffice.extract("-xN/P")).toEqual([ALL[0], column("Good", "PCM:N/P/good")]);
  });

  test("a file that is not there is Error 56", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await postoffice.import("ADMIN -ppassword -y -fno-such-file.txt");
    expect(postoffice.log()[1]).toBe("Error  [ 56] Error accessing input file: no-such-file.txt");
  });
});

describe("import -l", () => {
  const bad = ["A Bob\tODD:x"];
  const line = "#03/13/96 12:00:00 | Error  [ 16] Unknown address type: A Bob\tODD:x\r\n";

  test("writes problems to LOG\\IMPORT.LOG, or the file named (Q102926)", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await importText(postoffice, bad, "-l");
    expect(postoffice.files.read("LOG/IMPORT.LOG").toString()).toBe(line);
    await importText(postoffice, bad, `-l${postoffice.beside("mine.log")}`);
    expect(readFileSync(postoffice.beside("mine.log"), "latin1")).toBe(line);
  });

  test("writes nothing with -n (Q112897), or into a folder that is not there", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await importText(postoffice, bad, "-l -n");
    await importText(postoffice, bad, `-l${postoffice.beside("no/such/folder/x.log")}`);
    expect(postoffice.files.exists("LOG/IMPORT.LOG")).toBe(false);
    expect(postoffice.log().filter((text) => text === FINISHED)).toHaveLength(2);
  });
});

test("import -e numbers the file's transactions on in REQTRANS.GLB and changes no list", async () => {
  await using postoffice = await testPostoffice({ ...OPTIONS, sync: { reqSync: 8 } });
  await importText(
    postoffice,
    ["A One\tPCM:SIMNET/SIMPO/one", "- Phone:/1", "D Two\tPCM:SIMNET/SIMPO/two"],
    "-e -q -x",
  );
  const records = [];
  for await (const { sync, text } of readQueue(postoffice.files, "REQTRANS")) records.push([sync, text]);
  expect(records.slice(1)).toEqual([
    [9, "A One\tPCM:SIMNET/SIMPO/one\r\n- Phone:/1"],
    [10, "D Two\tPCM:SIMNET/SIMPO/two"],
  ]);
  expect(await postoffice.extract()).toEqual(ALL);
});

describe("import -s", () => {
  test("is refused anywhere but on the DSS (message 67)", async () => {
    await using postoffice = await testPostoffice(OPTIONS);
    await postoffice.import("ADMIN -ppassword -y -s -dM");
    expect(postoffice.log()[1]).toBe("Error  [ 67] Resync may be run only at the directory server postoffice");
    expect(postoffice.files.exists("GLB/RESYNC.GLB")).toBe(false);
  });

  test("writes a RESYNC.GLB that a requestor can import", async () => {
    await using server = await testPostoffice({
      ...OPTIONS,
      network: "DSSNET",
      postoffice: "DSSPO",
      requestors: ["SIMNET/SIMPO"],
    });
    await server.import("ADMIN -ppassword -y -s -dM");
    const texts: string[] = [];
    for await (const { text } of readQueue(server.files, "RESYNC")) texts.push(text);
    expect(parseHeader(texts[0] ?? "")).toEqual({ impSeq: 0, reqSeq: 0, srvSeq: 0 });
    await using requestor = await testPostoffice({ dss: "DSSNET/DSSPO", gateways: [{ type: "SMTP" }] });
    requestor.files.write("GLB/RESYNC.GLB", server.files.read("GLB/RESYNC.GLB"));
    await requestor.import("ADMIN -ppassword -q -y -dM");
    expect(await requestor.extract()).toEqual([
      column("Administrator", "PCM:DSSNET/DSSPO/ADMIN"),
      column("Own One", "PCM:DSSNET/DSSPO/own"),
      ...ALL,
    ]);
  });

  test("-st -f writes the same names as text", async () => {
    await using server = await testPostoffice({ ...OPTIONS, requestors: ["A/B"] });
    const path = server.beside("all.txt");
    await server.import(`ADMIN -ppassword -y -ST -f${path}`);
    expect(readFileSync(path, "latin1").split("\r\n")).toHaveLength(2 + ALL.length + 1);
  });
});
