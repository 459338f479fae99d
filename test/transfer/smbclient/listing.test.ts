import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseListing, parseStreamSize } from "../../../src/transfer/smbclient/listing.ts";

/** As smbclient prints an entry: `  %-30s%7.7s %8.0f  DATE` (Samba 4.17, `display_finfo`). */
function line(name: string, attributes: string, size: number): string {
  return `  ${name.padEnd(30)}${attributes.padStart(7)} ${String(size).padStart(8)}  Mon Nov 23 21:59:18 2026`;
}

describe("smbclient's listing", () => {
  it("tells names, kinds, sizes and times", () => {
    const text = [
      line(".", "D", 0),
      line("..", "D", 0),
      line("Büro Süd.glb", "A", 6),
      line("dxadata", "D", 0),
      line("old", "DHSR", 0),
      line("huge", "AHSR", 123_456_789_012),
      "",
      "\t\t264212084 blocks of size 1024. 83390096 blocks available",
    ].join("\n");
    const modified = new Date("2026-11-23T21:59:18Z");
    expect(parseListing(text)).toEqual([
      { name: "Büro Süd.glb", kind: "file", size: 6, modified },
      { name: "dxadata", kind: "folder", size: 0, modified },
      { name: "old", kind: "folder", size: 0, modified },
      { name: "huge", kind: "file", size: 123_456_789_012, modified },
    ]);
  });

  it("takes any name and size apart again", () => {
    const name = fc
      .string({ unit: fc.constantFrom(...Array.from("aZ 7.~-_()'$%ß日 ")), minLength: 1, maxLength: 80 })
      .filter((text) => text === text.trim() && text !== "." && text !== "..");
    fc.assert(
      fc.property(name, fc.constantFrom("A", "", "AR", "N", "AHSR"), fc.nat(2 ** 50), (name, attributes, size) => {
        expect(parseListing(line(name, attributes, size))).toMatchObject([{ name, kind: "file", size }]);
      }),
    );
  });

  it("finds the size that allinfo tells", () => {
    expect(parseStreamSize("attributes: A (20)\nstream: [::$DATA], 3160 bytes\n")).toBe(3160);
    expect(parseStreamSize("attributes: D (10)\n")).toBeUndefined();
  });
});
