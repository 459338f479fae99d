import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { textCodec } from "../../src/glb/code-page.ts";
import { openDiffSource } from "../../src/glb/diff-source.ts";
import { diffMasterLists, type MasterListDiff } from "../../src/glb/diff.ts";
import { importText } from "../../src/glb/formats/import-text.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { testPostoffice, type TestPostoffice } from "../simulator/postoffice/support.ts";
import { encodeTexts, itemsOf } from "./support/lists.ts";

const HERE = {
  dss: "NORTH/DSS",
  users: [{ alias: "Own One", address: "own" }],
  gateways: [{ type: "SMTP", names: [{ alias: "Old Sam", address: "old@s" }] }],
  external: [
    { network: "NORTH", postoffice: "DSS", names: [{ alias: "Ann", address: "ann" }] },
    {
      network: "NORTH",
      postoffice: "HARBOUR",
      names: [
        { alias: "Stays", address: "stays" },
        { alias: "Moves", address: "before" },
        { alias: "Maiden Name", address: "mary" },
        { alias: "Goes", address: "goes" },
      ],
    },
  ],
} as const;

const LIST = [
  "R PCM:NORTH/HARBOUR",
  "T PCM:NORTH/HARBOUR\r\n Phone:~15~23~NP~~",
  "A Stays\tPCM:NORTH/HARBOUR/stays",
  "A Moves\tPCM:NORTH/HARBOUR/after",
  "A Married Name\tPCM:NORTH/HARBOUR/mary",
  "A Müller, Jürgen\tPCM:NORTH/HARBOUR/jmueller\r\n- Phone:/(206) 635-7022",
  "A Forgotten, Soon\tPCM:NORTH/HARBOUR/forgotten",
  "D Forgotten, Soon\tPCM:NORTH/HARBOUR/forgotten",
  "A Wrong Name\tPCM:NORTH/HARBOUR/right",
  "M Wrong Name\tPCM:NORTH/HARBOUR/right\r\n  Right Name\tPCM:NORTH/HARBOUR/right",
  "R PCM:NORTH/NEW",
  `A ${"Åsa with thirty characters now".padEnd(30)}\tPCM:NORTH/NEW/asa`,
  "R SMTP:",
  "A Renée Lefèvre\tSMTP:renee.lefevre@example.com",
  "R PCM:SIMNET/SIMPO",
  "A Somebody\tPCM:SIMNET/SIMPO/somebody",
];

/** What is no Status in DIRSYNC.LOG. */
const complaints = (postoffice: TestPostoffice) => postoffice.log().filter((line) => !line.startsWith("Status"));

describe("a list at a simulated postoffice", () => {
  it("as import text does by IMPORT -f what the file itself does by IMPORT -q", async () => {
    await using byQueue = await testPostoffice(HERE);
    await byQueue.drop(LIST);
    await byQueue.import("ADMIN -pPASSWORD -q -y -dm");
    await using byText = await testPostoffice(HERE);
    const file = byText.beside("list.txt");
    await writeTextFile(file, importText(await itemsOf(["# a remark", ...LIST])), 850);
    await byText.import(`-f${file} ADMIN -pPASSWORD -y -dm -c -t`);
    expect(complaints(byText)).toEqual([]);
    const names = await extracted(byText);
    expect(names).toEqual(await extracted(byQueue));
    expect(names).toContain(`A ${"Müller, Jürgen".padEnd(30)} PCM:NORTH/HARBOUR/jmueller`);
    expect(names.join()).not.toMatch(/Forgotten|Wrong|Old Sam/u);
  });

  it("does there what diff says of it and the postoffice's extract", async () => {
    await using postoffice = await testPostoffice(HERE);
    const before = await extracted(postoffice);
    const diff = await diffWith(postoffice, LIST);
    expect(diff).toMatchObject({ added: 4, changed: 2, removed: 2 });
    expect(diff.lists.map(({ list, state }) => [list, state])).toEqual([
      ["PCM:NORTH/HARBOUR", "both"],
      ["PCM:NORTH/NEW", "new"],
      ["SMTP:", "both"],
      ["PCM:SIMNET/SIMPO", "local"],
      ["PCM:NORTH/DSS", "untouched"],
    ]);
    await postoffice.drop(LIST);
    await postoffice.import("ADMIN -pPASSWORD -q -y -dm");
    const after = await extracted(postoffice);
    expect(after.toSorted()).toEqual(applied(diff, before).toSorted());
    expect(await diffWith(postoffice, LIST), "nothing is left to do").toMatchObject({
      added: 0,
      changed: 0,
      removed: 0,
    });
  });
});

/** What importing `texts` into the postoffice as it stands would do. */
async function diffWith(postoffice: TestPostoffice, texts: readonly string[]): Promise<MasterListDiff> {
  await postoffice.extract();
  const list = postoffice.beside("list.glb");
  await writeFile(list, await encodeTexts(["# header", ...texts]));
  const [here, coming] = [await openDiffSource(postoffice.beside(EXTRACT)), await openDiffSource(list)];
  return diffMasterLists(here.changes, coming.changes, { local: "simnet/simpo" });
}

/** The file that `extract` has IMPORT -x write. */
const EXTRACT = "extract.txt";

/** What IMPORT -x tells, in the postoffice's characters. */
async function extracted(postoffice: TestPostoffice): Promise<string[]> {
  await postoffice.extract();
  const bytes = await readFile(postoffice.beside(EXTRACT));
  return textCodec(850).decode(bytes, 0, bytes.length).trimEnd().split("\r\n");
}

/** An extract's lines after what a comparison says was done to them. */
function applied({ lists }: MasterListDiff, lines: readonly string[]): string[] {
  const line = ({ name, address }: { name: string; address: string }) => `A ${name.padEnd(30)} ${address}`;
  const gone = lists.flatMap(({ removed, changed }) => [...removed, ...changed.map(({ before }) => before)].map(line));
  const come = lists.flatMap(({ added, changed }) => [...added, ...changed.map(({ after }) => after)].map(line));
  for (const one of gone) expect(lines).toContain(one);
  return [...lines.filter((one) => !gone.includes(one)), ...come];
}
