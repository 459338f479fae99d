import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvText } from "../../src/glb/formats/csv.ts";
import { importText } from "../../src/glb/formats/import-text.ts";
import { recordsJson, overviewJson } from "../../src/glb/formats/json.ts";
import { listqText } from "../../src/glb/formats/listq.ts";
import { overviewText } from "../../src/glb/formats/overview.ts";
import { recordsTable } from "../../src/glb/formats/records-table.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { vcardText } from "../../src/glb/formats/vcard.ts";
import { parseListq } from "../../src/glb/texts/listq.ts";
import { readImportText } from "../../src/glb/texts/import-text.ts";
import { parseTransaction } from "../../src/glb/transaction.ts";
import { need, needPython } from "../support/need.ts";
import { chunked, toArray } from "./support/bytes.ts";
import { insideOf, itemsOf, joined, SAMPLE } from "./support/lists.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-formats-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("CSV", () => {
  it("is read by another parser with every character in its place", async () => {
    if (!need("python3")) return;
    const file = join(folder, "list.csv");
    await writeTextFile(file, csvText(await itemsOf(SAMPLE), { bom: true }));
    const script =
      "import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1],encoding='utf-8-sig',newline='')))))";
    const rows = JSON.parse(execFileSync("python3", ["-c", script, file], { encoding: "utf8" })) as Record<
      string,
      string
    >[];
    expect(rows).toHaveLength(SAMPLE.length);
    expect(rows[3]).toMatchObject({
      sync: "4",
      date: "1997-04-07T12:13:52Z",
      kind: "add",
      type: "PCM",
      network: "NORTH",
      postoffice: "HARBOUR",
      mailbox: "jmueller",
      name: "Müller, Jürgen",
      address: "PCM:NORTH/HARBOUR/jmueller",
      details: 'Phone: (206) 635-7022\nTitle: Harbour, "Master"',
    });
    expect(rows[8]).toMatchObject({ problems: expect.stringContaining("[72]") as string });
    expect(rows[9]).toMatchObject({
      kind: "modify",
      name: "Old, Name",
      newName: "New, Name",
      newAddress: "PCM:NORTH/HARBOUR/new",
    });
    expect((await readFile(file)).subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf));
  });
});

describe("JSON", () => {
  it("of records is an array with one object a record", async () => {
    const records = JSON.parse(await joined(recordsJson(await itemsOf(SAMPLE)))) as Record<string, unknown>[];
    expect(records.map(({ kind }) => kind)).toEqual([
      "header",
      "replace",
      "template",
      "add",
      "add",
      "add",
      "replace",
      "add",
      "add",
      "modify",
      "delete",
    ]);
    expect(await joined(recordsJson(await itemsOf(SAMPLE, { search: "nothing like it" })))).toBe("[]\n");
  });

  it("of the overview has numbers, lists and problems", async () => {
    expect(JSON.parse(overviewJson(await insideOf(SAMPLE)))).toMatchObject({
      header: { impSeq: 3, reqSeq: 17, srvSeq: 80 },
      records: 11,
      types: { PCM: 4, SMTP: 1 },
      problems: { 72: 1 },
      producer: "MS Mail",
      networks: [
        { network: "PCM:NORTH", lists: 1, adds: 4 },
        { network: "SMTP:", lists: 1, adds: 1 },
      ],
      listDetails: [
        { list: "PCM:NORTH/HARBOUR", adds: 4, deletes: 1, changes: 1, replaced: true, template: true },
        { list: "SMTP:" },
      ],
    });
  });
});

describe("the listing in the manner of LISTQ", () => {
  it("is read back by the reader of LISTQ listings", async () => {
    const entries = parseListq(await joined(listqText(await itemsOf(SAMPLE))));
    expect(entries.map(({ sync, text }) => ({ sync, text: parseTransaction(text) }))).toEqual(
      SAMPLE.filter((text) => !text.startsWith("M"))
        .map((text) => ({ sync: SAMPLE.indexOf(text) + 1, text: parseTransaction(text) }))
        .toSpliced(9, 0, {
          sync: 10,
          text: expect.anything() as never,
        }),
    );
    expect(
      entries.every(
        ({ checksum, stamp }) => checksum !== undefined && stamp === Date.UTC(1997, 3, 7, 12, 13, 52) / 1000,
      ),
    ).toBe(true);
  });
});

describe("import text", () => {
  it("has fixed columns, and is read back as the same transactions", async () => {
    const file = join(folder, "list.txt");
    await writeTextFile(file, importText(await itemsOf(SAMPLE)), 850);
    const bytes = await readFile(file);
    const text = bytes.toString("latin1");
    expect(text).toContain(
      "A M\u0081ller, J\u0081rgen                 PCM:NORTH/HARBOUR/jmueller\r\n- Phone:/(206) 635-7022\r\n",
    );
    for (const line of text.split("\r\n").filter((line) => /^[AD] /u.test(line) && !line.includes("\t")))
      expect(line.slice(32, 33)).toBe(" ");
    const read = (await toArray(readImportText(chunked(bytes, 50), 850))).flat().map(({ transaction }) => transaction);
    expect(read).toEqual(SAMPLE.filter((one) => !one.startsWith("#")).map(parseTransaction));
  });

  it("is not written when a character is missing from the code page; nothing is left behind", async () => {
    const file = join(folder, "russian.txt");
    const before = await readdir(folder);
    await expect(writeTextFile(file, ["A Иван\r\n"], 850)).rejects.toMatchObject({ code: "FILE_NOT_USABLE" });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("vCard", () => {
  it.skipIf(!needPython("vobject", "python3-vobject"))("is read by vobject", async () => {
    const file = join(folder, "list.vcf");
    await writeTextFile(file, vcardText(await itemsOf(SAMPLE)));
    const script = `
import vobject,json,sys
cards=[{k:[str(v.value) for v in c.contents[k]] for k in c.contents} for c in vobject.readComponents(open(sys.argv[1],encoding='utf-8',newline=''))]
print(json.dumps(cards))`;
    const cards = JSON.parse(execFileSync("/usr/bin/python3", ["-c", script, file], { encoding: "utf8" })) as Record<
      string,
      string[]
    >[];
    expect(cards.map(({ fn }) => fn?.[0])).toEqual([
      "Müller, Jürgen",
      "=cmd|' /C calc'!A0",
      "Paul <Smith> & Sons",
      "Renée Lefèvre",
      "Åsa with a name much longer than thirty characters",
    ]);
    expect(cards[0]).toMatchObject({ tel: ["(206) 635-7022"], title: ['Harbour, "Master"'] });
    expect(cards[3]).toMatchObject({ email: ["renee.lefevre@example.com"] });
  });
});

describe("for people", () => {
  it("the overview says what IMPORT will do, in 80 columns", async () => {
    const text = overviewText(await insideOf(SAMPLE), { width: 80 });
    expect(text).toContain("IMPSEQ 3, REQSEQ 17, SRVSEQ 80");
    expect(text).toContain("Networks      PCM:NORTH 4 in 1 list; SMTP: 1 in 1 list");
    expect(text).toContain("replaces the list");
    expect(text).toContain("message 72");
    expect(text).toContain("SMTP (1)");
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("the table shows records with what is wrong below them", async () => {
    const text = await joined(recordsTable(await itemsOf(SAMPLE, { search: "åsa", limit: 5 })));
    expect(text.split("\n")).toEqual([
      "      Sync  Kind      Transaction",
      "         9  add       Åsa with a name much longer than thirty characters  PCM:NORTH/HARBOUR/asa",
      '                      ! IMPORT message 72: The name "Åsa with a name much longer',
      '                        than thirty characters" has 50 characters; 30 are',
      "                        allowed.",
      "",
    ]);
    const none = await joined(recordsTable(await itemsOf(SAMPLE, { search: "nobody" })));
    expect(none).toContain("There are no such records.");
  });

  it("the table can hold only records with problems, among others of many", async () => {
    const text = await joined(recordsTable(await itemsOf(SAMPLE, { problems: true })));
    expect(text.match(/^ +\d+ {2}/gmu)).toHaveLength(1);
  });

  it("a limit ends the reading", async () => {
    const records = JSON.parse(await joined(recordsJson(await itemsOf(SAMPLE, { limit: 2 })))) as unknown[];
    expect(records).toHaveLength(2);
  });
});

it("an output file that cannot be written leaves nothing", async () => {
  await expect(writeTextFile(join(folder, "missing", "x.csv"), ["x"])).rejects.toMatchObject({ code: "NOT_FOUND" });
  await writeFile(join(folder, "old.csv"), "old");
  await writeTextFile(join(folder, "old.csv"), ["new"]);
  expect(await readFile(join(folder, "old.csv"), "utf8")).toBe("new");
});
