import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { listqText } from "../../src/glb/formats/listq.ts";
import { parseDirsyncMessage } from "../../src/glb/texts/dirsync-message.ts";
import { readImportText } from "../../src/glb/texts/import-text.ts";
import { parseListq } from "../../src/glb/texts/listq.ts";
import { parseTransaction } from "../../src/glb/transaction.ts";
import { chunked, toArray } from "./support/bytes.ts";

const fixture = (name: string) => readFile(new URL(`../../fixtures/glb/${name}`, import.meta.url));

/** What the Knowledge Base prints, as it prints it: fixtures/glb/README.md names the articles. */
describe("printed samples", () => {
  it("LISTQ -c -t of a REQTRANS.GLB (Q96060)", async () => {
    const entries = parseListq((await fixture("listq-q96060.txt")).toString("latin1"));
    expect(entries.map(({ checksum, stamp, sync }) => [checksum, stamp, sync])).toEqual(
      [0xfb16, 0xb4a2, 0x2fc1, 0xd2cd, 0x6d23, 0x16f9].map((checksum, index) => [
        checksum,
        Date.UTC(1994, 3, 7, 12, 13, 52) / 1000,
        index + 1,
      ]),
    );
    expect(entries.map(({ text }) => parseTransaction(text))).toMatchObject([
      { kind: "replace", list: { value: "POLYNOMIAL/MONTGOMERY" }, problems: [] },
      ...["able is he who knows his limit", "apple", "Paul", "Bryan", "Mark"].map((name) => ({
        kind: "add",
        entry: { name },
        problems: [],
      })),
    ]);
  });

  it("is what the listing in LISTQ's manner writes again", async () => {
    const printed = (await fixture("listq-q96060.txt")).toString("latin1").replaceAll("\r\n", "\n");
    const records = parseListq(printed).map((entry) => ({
      ...entry,
      kind: "record" as const,
      offset: 0,
      fault: undefined,
      transaction: parseTransaction(entry.text),
    }));
    const written = await toArray(listqText(batches([records])));
    expect(written.join("")).toBe(`${printed.trimEnd()}\nEnd of Queue\n`);
  });

  it("an older LISTQ of an MSTTRANS.GLB with templates (WA0725)", async () => {
    const entries = parseListq((await fixture("listq-wa0725.txt")).toString("latin1"));
    expect(entries.map(({ sync }) => sync)).toEqual([11, 12, 13, 14, 15, 16, 18]);
    const transactions = entries.map(({ text }) => parseTransaction(text));
    expect(transactions[1]).toMatchObject({
      kind: "template",
      fields: [{ prompt: "Field_1" }, { prompt: "Field_2" }],
      problems: [],
    });
    expect(transactions[2]).toMatchObject({
      kind: "add",
      entry: { name: "Ralph", address: { path: { mailbox: "Ralph" } } },
      details: [
        { prompt: "Field_1", value: "Dogfood" },
        { prompt: "Field_2", value: "Chow" },
      ],
      problems: [],
    });
    expect(transactions[6]).toMatchObject({ kind: "add", entry: { name: "User 1" } });
  });

  it("a queue rebuilt by PODIAG (Q110496)", async () => {
    expect(parseListq((await fixture("listq-q110496.txt")).toString("latin1"))).toEqual([
      { sync: 17, checksum: undefined, stamp: undefined, text: "# Dummy record installed by PODIAG." },
    ]);
  });

  it("dirsync messages (Q118298, Q106623)", async () => {
    expect(parseDirsyncMessage((await fixture("dirsync-request.txt")).toString("latin1")).keys).toEqual({
      TASK: "IMPORTREQ",
      NAME: "PCM:MACNET/MACPO",
      TYPES: "PCM|CSI|profs",
      TEMPLATE: "NO",
      SRVSEQ: "0000000644",
      TRANSACTIONS: "INATTACHMENT",
    });
    expect(parseDirsyncMessage((await fixture("dirsync-reply.txt")).toString("latin1")).transactions).toMatchObject([
      {
        sync: 645,
        codeMissing: true,
        transaction: {
          kind: "add",
          entry: { name: "User Number 1", address: { value: "NETWORK/POSTOFFICE/USER1" } },
          details: [
            { prompt: "Phone", value: "(206) 635-7022" },
            { prompt: "FAX", value: "(206) 635-7022" },
          ],
        },
      },
      { sync: 647, transaction: { entry: { name: "User Number 2" } } },
    ]);
    const foreign = parseDirsyncMessage((await fixture("dirsync-export.txt")).toString("latin1"));
    expect(foreign.keys).toMatchObject({ TASK: "export", REQNAME: "PCM:net/po" });
    expect(foreign.transactions).toMatchObject([
      {
        sync: 1200,
        codeMissing: false,
        transaction: { kind: "add", entry: { name: "Martin, Robert", address: { path: { mailbox: "rmartin" } } } },
      },
    ]);
  });

  it("import text with a template (Q118447)", async () => {
    const read = (await toArray(readImportText(chunked(await fixture("import-q118447.txt"), 7)))).flat();
    expect(read).toMatchObject([
      {
        line: 1,
        transaction: {
          kind: "template",
          fields: [{ prompt: "Division" }, { prompt: "Phone #" }, { prompt: "City/ST/Zip" }],
        },
      },
      {
        line: 5,
        transaction: {
          kind: "add",
          entry: { name: "Doe, John D.", address: { type: "SNADS" } },
          details: [{ value: "DIVISION 1" }, { value: "800 936 5900" }, { value: "Any City, Any State, 12345" }],
        },
      },
    ]);
  });
});

async function* batches<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
