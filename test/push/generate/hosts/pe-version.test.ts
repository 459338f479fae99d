import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileVersionOf } from "../../../../src/push/generate/hosts/pe-version.ts";
import { peFile } from "../../../support/pe-file.ts";

const part = fc.integer({ min: 0, max: 0xffff });

describe("the version of a Windows program", () => {
  it.each(["5.0.2358.0", "5.5.1960.3", "5.5.2524.0", "5.5.2650.12", "6.0.4417.5"])("reads %s", (version) => {
    expect(fileVersionOf(peFile({ version }))).toBe(version);
  });

  it("reads any version, from 32-bit and 64-bit programs, beside any number of other resources", () => {
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), fc.boolean(), fc.nat(20), (parts, wide, others) => {
        const version = parts.join(".");
        expect(fileVersionOf(peFile({ version, wide, others }))).toBe(version);
      }),
    );
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a DOS program", Buffer.from(`MZ${"\0".repeat(200)}`)],
    ["text", Buffer.from("a plain text, longer than a header would be ".repeat(20))],
    ["a program without resources", peFile({ version: "1.2.3.4" }).fill(0, 0x98 + 96 + 16, 0x98 + 96 + 24)],
    [
      "a program whose resources lie nowhere",
      peFile({ version: "1.2.3.4" }).fill(0xff, 0x98 + 96 + 16, 0x98 + 96 + 20),
    ],
  ])("finds none in %s", (_, bytes) => {
    expect(fileVersionOf(bytes)).toBeUndefined();
  });

  it("finds the right one or none, and never throws, however a program is cut or spoiled", () => {
    const whole = peFile({ version: "5.5.2653.23" });
    for (let length = 0; length < whole.length; length++) {
      expect([undefined, "5.5.2653.23"]).toContain(fileVersionOf(whole.subarray(0, length)));
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const spoiled = Buffer.from(whole);
        spoiled[at] = byte;
        fileVersionOf(spoiled);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void fileVersionOf(bytes)));
  });
});
