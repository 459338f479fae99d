import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CODE_PAGES, unmappableCharacters } from "../../src/glb/code-page.ts";
import { formatHeader, parseHeader } from "../../src/glb/header.ts";
import { decodeGlb } from "../../src/glb/read-known.ts";
import { chunked, collect, encodeAll, toArray } from "./support/bytes.ts";
import { encodeGlb } from "../../src/glb/write.ts";

const STAMP = Date.UTC(1994, 3, 7, 12, 13, 52) / 1000;

describe("the simulator's layout", () => {
  it("makes PODIAG's dummy record 60 bytes, as Q110496 has it", async () => {
    const bytes = await encodeAll([{ sync: 17, stamp: STAMP, text: "# Dummy record installed by PODIAG." }]);
    expect(bytes.length).toBe(60);
    expect(bytes.subarray(24).toString("latin1")).toBe("# Dummy record installed by PODIAG.\0");
  });

  it("gives back what was written, however the bytes are cut up", async () => {
    const record = fc.record({
      sync: fc.integer({ min: 0, max: 0xffffffff }),
      stamp: fc.integer({ min: 0, max: 0xffffffff }),
      text: fc
        .string({
          minLength: 0,
          maxLength: 80,
          unit: fc.constantFrom(..."A a é ß / : - # Ä Ö \t \r \n".split(" "), " "),
        })
        .map((text) => text.replaceAll(/\r\n|\r|\n/gu, "\r\n")),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record), fc.integer({ min: 1, max: 200 }), async (records, size) => {
        const bytes = await encodeAll(records);
        expect(await toArray(decodeGlb(chunked(bytes, size)))).toEqual(records);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["a changed text byte", (bytes: Buffer) => (bytes[60 + 30] = 0x78), 60],
    ["a missing last byte", (bytes: Buffer) => bytes.subarray(0, -1), 60],
    ["a byte too many", (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(1)]), 120],
  ])("names the offset of %s", async (_, damage, offset) => {
    const text = "# Dummy record installed by PODIAG.";
    const bytes = await encodeAll([1, 2].map((sync) => ({ sync, stamp: STAMP, text })));
    const damaged = damage(bytes);
    const read = toArray(decodeGlb(chunked(typeof damaged === "number" ? bytes : damaged)));
    await expect(read).rejects.toMatchObject({ code: "FILE_NOT_USABLE", facts: { offset } });
  });
});

describe("code pages", () => {
  const samples = {
    437: "Ñandú ½",
    850: "Åsa Ðéü",
    852: "Łukasz Čapek",
    866: "Иванов",
    737: "Αλέξης",
    932: "田中 タロウ",
    936: "张伟",
    949: "김철수",
    950: "陳大文",
  };

  it.each(CODE_PAGES)("%i writes and reads its own language", async (codePage) => {
    const text = `A ${samples[codePage]}\tPCM:NET/PO/BOX`;
    const bytes = await encodeAll([{ sync: 1, stamp: STAMP, text }], { codePage });
    expect(await toArray(decodeGlb(chunked(bytes), { codePage }))).toEqual([{ sync: 1, stamp: STAMP, text }]);
  });

  it("reports characters that do not exist in the page, and never replaces them unasked", async () => {
    expect(unmappableCharacters("Иван 😀 Å И", 850)).toEqual(["И", "в", "а", "н", "😀"]);
    const record = { sync: 3, stamp: STAMP, text: "A Иван\tPCM:N/P/B" };
    await expect(encodeAll([record])).rejects.toMatchObject({ code: "FILE_NOT_USABLE" });
    const seen: string[][] = [];
    const bytes = await collect(encodeGlb([record], { onUnmappable: (_, characters) => seen.push([...characters]) }));
    expect(seen).toEqual([["И", "в", "а", "н"]]);
    expect(bytes.toString("latin1")).toContain("A ????\tPCM:N/P/B\0");
  });
});

describe("the header transaction", () => {
  it("gives its numbers back", () => {
    const header = { impSeq: 3, reqSeq: 17, srvSeq: 4_294_967_295 };
    expect(parseHeader(formatHeader(header))).toEqual(header);
  });

  it("is found in other wordings, and not where a number is missing", () => {
    expect(parseHeader("ImpSeq: 3, ReqSeq: 17, SrvSeq: 80")).toEqual({ impSeq: 3, reqSeq: 17, srvSeq: 80 });
    expect(parseHeader("IMPSEQ=3 REQSEQ=17")).toBeUndefined();
    expect(parseHeader("A Impseq Reqseq\tPCM:A/B/C")).toBeUndefined();
  });
});
