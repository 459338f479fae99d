import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerBelowKnown } from "../../src/glb/header-check.ts";
import { nameSet } from "../../src/glb/name-set.ts";
import { plainEntries } from "../../src/glb/plain-entry.ts";
import { shrinkRefusal } from "../../src/glb/shrink.ts";
import { syncOrder } from "../../src/glb/sync-order.ts";
import { checksumFunction, crcTable, type Checksum } from "../../src/glb/checksum.ts";
import { listOf } from "../../src/glb/address.ts";
import { parseTransaction } from "../../src/glb/transaction.ts";

describe("a list that shrank", () => {
  it.each([
    [100, 80, undefined],
    [100, 79, /21 are missing \(21 %\), more than the 20 % allowed/u],
    [100, 120, undefined],
    [0, 0, undefined],
    [5, 0, /5 are missing \(100 %\)/u],
  ])("from %i to %i addresses", (before, now, message) => {
    const refusal = shrinkRefusal({ addresses: before }, { addresses: now });
    if (message === undefined) expect(refusal).toBeUndefined();
    else
      expect(refusal).toMatchObject({
        code: "FILE_NOT_USABLE",
        exitCode: 7,
        message: expect.stringMatching(message) as string,
      });
  });

  it("may shrink as far as it is allowed to", () => {
    expect(shrinkRefusal({ addresses: 100 }, { addresses: 1 }, 1)).toBeUndefined();
  });
});

describe("a header below the requestor's numbers", () => {
  const header = { impSeq: 3, reqSeq: 17, srvSeq: 80 };
  it("warns of Fatal 14, naming them", () => {
    expect(headerBelowKnown(header, { reqSeq: 18, srvSeq: 80 })).toMatchObject([
      {
        text: expect.stringMatching(/REQSEQ 17 \(known: 18\)\. IMPORT may end with Fatal 14/u) as string,
        reference: "Q215505",
      },
    ]);
    expect(headerBelowKnown(header, { impSeq: 3 })).toEqual([]);
  });
});

describe("plain entries", () => {
  const name = fc.string({
    minLength: 0,
    maxLength: 33,
    unit: fc.constantFrom("A", "b", "?", " ", "\u0081", "é", ",", "\t"),
  });
  const part = fc.string({ minLength: 0, maxLength: 12, unit: fc.constantFrom("A", "b", "1", "-", "/") });
  it("are exactly those in which the grammar finds nothing to say, or fewer", () => {
    const plain = plainEntries(true);
    fc.assert(
      fc.property(
        name,
        fc.constantFrom("PCM", "pcm", "Pcm", "SMTP", "Smtp", "X400", "MSMAIL", "FAX", "SNADS", "PC"),
        part,
        part,
        part,
        (name, type, network, postoffice, mailbox) => {
          const text = `A ${name}\t${type}:${network}/${postoffice}/${mailbox}`;
          const bytes = Buffer.from(text, "latin1");
          if (!plain.match(bytes, 0, bytes.length)) return;
          const transaction = parseTransaction(text);
          expect(transaction).toMatchObject({ kind: "add", problems: [], details: [] });
          if (transaction.kind !== "add" || transaction.entry.address === undefined) throw new Error("no address");
          expect(plain.list).toBe(listOf(transaction.entry.address));
          expect(plain.type).toBe(transaction.entry.address.type);
          expect(plain.isUpper).toBe(transaction.entry.address.spelled === plain.type);
          expect(bytes.toString("latin1", 2, plain.nameTo)).toBe(transaction.entry.name);
          expect(bytes.toString("latin1", plain.valueFrom)).toBe(transaction.entry.address.value);
        },
      ),
      { numRuns: 5000 },
    );
    for (const usual of ["A Smith, Paul\tPCM:NORTH/HARBOUR/psmith", "A Smith, Paul\tsmtp:p.smith@example.com"]) {
      expect(plain.match(Buffer.from(usual), 0, usual.length), usual).toBe(true);
    }
  });
});

describe("the set of names", () => {
  it("tells new names from old ones", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 500 }), (names) => {
        const set = nameSet();
        const seen = new Set<string>();
        for (const name of names) {
          const bytes = Buffer.from(name, "utf8");
          expect(set.add(bytes, 0, bytes.length)).toBe(!seen.has(bytes.toString("hex")));
          seen.add(bytes.toString("hex"));
        }
      }),
    );
  });
});

describe("sync numbers", () => {
  it("may skip, may begin anew, and are odd when they stray", () => {
    const order = syncOrder();
    const odd = [10, 11, 14, 900_000, 16, 17, 3, 4, 5].map((sync) => {
      const fault = order.judge(sync);
      order.accept(sync);
      return fault?.what;
    });
    expect(odd).toEqual([
      undefined,
      undefined,
      undefined,
      "order",
      undefined,
      undefined,
      "order",
      undefined,
      undefined,
    ]);
  });
});

describe("CRCs", () => {
  /** Check values of the string 123456789, as catalogues print them. */
  it.each<[string, number, Omit<Extract<Checksum, { kind: "crc" }>, "kind">]>([
    ["CCITT-FALSE", 0x29b1, { polynomial: 0x1021, start: 0xffff, reflected: false, xorOut: 0 }],
    ["XMODEM", 0x31c3, { polynomial: 0x1021, start: 0, reflected: false, xorOut: 0 }],
    ["ARC", 0xbb3d, { polynomial: 0x8005, start: 0, reflected: true, xorOut: 0 }],
    ["X-25", 0x906e, { polynomial: 0x1021, start: 0xffff, reflected: true, xorOut: 0xffff }],
    ["DNP", 0xea82, { polynomial: 0x3d65, start: 0, reflected: true, xorOut: 0xffff }],
    ["BUYPASS", 0xfee8, { polynomial: 0x8005, start: 0, reflected: false, xorOut: 0 }],
    ["TMS37157", 0x26b1, { polynomial: 0x1021, start: 0x89ec, reflected: true, xorOut: 0 }],
  ])("%s", (_, check, crc) => {
    expect(checksumFunction({ kind: "crc", ...crc })(Buffer.from("123456789"), 0, 9)).toBe(check);
    expect(crcTable(crc.polynomial, crc.reflected)[0]).toBe(0);
  });
});
