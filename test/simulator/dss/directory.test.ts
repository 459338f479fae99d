import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import iconv from "iconv-lite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDss } from "../../../src/simulator/dss/create.ts";
import { generatedLists } from "../../../src/simulator/dss/directory/generated.ts";
import { keepLists, keptLists } from "../../../src/simulator/dss/directory/kept-lists.ts";
import { recipientsIn } from "../../../src/simulator/dss/directory/read.ts";
import type { Recipient } from "../../../src/simulator/dss/recipient.ts";
import { uniqueNames } from "../../../src/simulator/dss/unique-names.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "resync-directory-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Buffer): Promise<Recipient[]> {
  const file = join(folder, "people");
  await writeFile(file, content);
  const all: Recipient[] = [];
  for await (const recipient of recipientsIn(file)) all.push(recipient);
  return all;
}

describe("a directory file in MS Mail's import text", () => {
  it("takes A lines, in fixed columns or with tabs, and passes over the rest", async () => {
    const text = [
      "# a remark",
      "R PCM:NORTH/PO1",
      `A ${"Adams, Jo".padEnd(30)} PCM:NORTH/PO1/JO`,
      "- Phone:/123",
      "T SNADS:GATE/DGN",
      "   Division:~15~25~A~~",
      "A Young, Al\tSMTP:al@example.org",
      "",
    ].join("\r\n");
    expect(await read(text)).toEqual([
      { name: "Adams, Jo", address: "pcm:NORTH/PO1/JO" },
      { name: "Young, Al", address: "smtp:al@example.org" },
    ]);
  });

  it("reads UTF-8 with and without a mark, and code page 850", async () => {
    const line = "A Jürgen Ødegård\tPCM:NORTH/PO1/JO\n";
    const expected = [{ name: "Jürgen Ødegård", address: "pcm:NORTH/PO1/JO" }];
    expect(await read(line)).toEqual(expected);
    expect(await read(`\ufeff${line}`)).toEqual(expected);
    expect(await read(iconv.encode(line, "cp850"))).toEqual(expected);
  });

  it.each([
    ["a delete", "A Jo\tPCM:N/P/J\nD Al\tPCM:N/P/A\n", 2],
    ["an entry without an address", "A Jo\n", 1],
    ["something else", "<html>\n", 1],
  ])("refuses %s with the line", async (_what, text, line) => {
    await expect(read(text)).rejects.toMatchObject({ code: "USAGE", exitCode: 2, facts: { line } });
  });
});

describe("a directory file in CSV", () => {
  it("takes name and address columns in any order, quoted or not", async () => {
    const text =
      'address,Name,phone\r\nPCM:NORTH/PO1/JO,"Adams, ""Jo""",1\r\nNORTH/PO1/AL,Al,2\r\n"SMTP:x@y","Two\r\nlines",3\r\n';
    expect(await read(text)).toEqual([
      { name: 'Adams, "Jo"', address: "pcm:NORTH/PO1/JO" },
      { name: "Al", address: "pcm:NORTH/PO1/AL" },
      { name: "Two lines", address: "smtp:x@y" },
    ]);
  });

  it("takes Exchange Administrator's export and its MS addresses", async () => {
    const text =
      "Obj-Class,Display Name,E-mail Addresses\nMailbox,Jo,SMTP:jo@example.org%MS:NORTHSEA/HQ/JO%X400:c=US\n";
    expect(await read(text)).toEqual([{ name: "Jo", address: "pcm:NORTHSEA/HQ/JO" }]);
  });

  it.each([
    ["a row without an address", "name,address\nJo,\n", 2],
    ["a quotation mark that is never closed", 'name,address\n"Jo,PCM:N/P/J\n', 2],
  ])("refuses %s with the line", async (_what, text, line) => {
    await expect(read(text)).rejects.toMatchObject({ code: "USAGE", facts: { line } });
  });
});

describe("keeping recipients by list", () => {
  it("gives every recipient back in its list, whatever the order", async () => {
    const recipient = fc.record({
      name: fc.stringMatching(/^[A-Za-zäöüß ,.]{1,30}$/u),
      address: fc.oneof(
        fc
          .tuple(fc.constantFrom("N", "n", "M"), fc.constantFrom("P1", "P2"), fc.stringMatching(/^[A-Z]{1,10}$/u))
          .map((parts) => `pcm:${parts.join("/")}`),
        fc.stringMatching(/^[a-z]{1,10}$/u).map((user) => `smtp:${user}@example.org`),
      ),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(recipient, { minLength: 1, maxLength: 60 }), async (all) => {
        const into = join(folder, String(++run));
        const source = async function* () {
          yield* all;
        };
        expect(await keepLists(source(), into, 100)).toBe(all.length);
        const lists = (await keptLists(into)).map(({ list, recipients }) => ({ list, recipients: [...recipients] }));
        expect(new Set(lists.map(({ list }) => list.toUpperCase())).size).toBe(lists.length);
        for (const { list, recipients } of lists) {
          const own = all.filter(({ address }) => address.toUpperCase().startsWith(list.toUpperCase()));
          expect(recipients).toEqual(own);
        }
        expect(lists.flatMap(({ recipients }) => recipients)).toHaveLength(all.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe("made-up directories", () => {
  it.each([10, 11, 99, 5000, 20_000])(
    "has exactly %i entries, unique addresses, several networks and two gateways",
    (entries) => {
      const lists = generatedLists(entries).map(({ list, recipients }) => ({ list, recipients: [...recipients] }));
      const all = lists.flatMap(({ recipients }) => recipients);
      expect(all).toHaveLength(entries);
      expect(new Set(all.map(({ address }) => address)).size).toBe(entries);
      expect(lists.every(({ recipients }) => recipients.length > 0)).toBe(true);
      expect(lists.map(({ list }) => list)).toEqual(
        expect.arrayContaining(["pcm:NORTH/PO1", "pcm:SOUTH/PO1", "smtp:", "fax:"]),
      );
      expect(generatedLists(entries).map(({ recipients }) => [...recipients])).toEqual(
        lists.map(({ recipients }) => recipients),
      );
    },
  );

  it("uses only characters of code page 850", () => {
    const names = generatedLists(5000).flatMap(({ recipients }) => [...recipients].map(({ name }) => name));
    expect(names.every((name) => iconv.decode(iconv.encode(name, "cp850"), "cp850") === name)).toBe(true);
    expect(names.some((name) => /[äöüß]/u.test(name))).toBe(true);
  });
});

describe("unique names", () => {
  it("appends 001, 002 and cuts to 30 characters", () => {
    const names = uniqueNames();
    const long = "A very long name that goes on and on";
    expect([names.next("Kim"), names.next("kim"), names.next("KIM")]).toEqual(["Kim", "kim001", "KIM002"]);
    expect([names.next(long), names.next(long)]).toEqual([
      "A very long name that goes on ",
      "A very long name that goes 001",
    ]);
  });

  it("never gives a name twice, not even one that looks numbered", () => {
    const name = fc.oneof(
      fc.constantFrom("Kim", "Kim001", "Kim002", "kim", "x".repeat(40)),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 300 }), (all) => {
        const names = uniqueNames();
        const given = all.map((one) => names.next(one).toLowerCase());
        expect(new Set(given).size).toBe(given.length);
        expect(given.every((one) => one.length <= 30)).toBe(true);
      }),
    );
  });
});

describe("createDss", () => {
  it("refuses a folder with something in it, and leaves nothing behind when it cannot go on", async () => {
    const dir = join(folder, "dss");
    await writeFile(join(folder, "empty.txt"), "# nobody\n");
    await expect(createDss(dir, { directoryFile: join(folder, "empty.txt") })).rejects.toMatchObject({
      code: "USAGE",
      exitCode: 2,
    });
    await expect(createDss(dir, { directoryFile: join(folder, "missing.txt") })).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(await readdir(folder)).toEqual(["empty.txt"]);
    await expect(createDss(folder)).rejects.toMatchObject({ code: "ALREADY_EXISTS", exitCode: 2 });
    await expect(createDss(dir, { entries: 9 })).rejects.toMatchObject({ code: "USAGE" });
    await expect(createDss(dir, { entries: 1_000_001 })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("tells what it has built", async () => {
    const dir = join(folder, "dss");
    expect(await createDss(dir, { entries: 10, requestors: ["A"] })).toEqual({
      dir,
      entries: 10,
      requestors: ["A"],
      dxadata: join(dir, "C", "exchsrvr", "dxadata"),
    });
  });
});
