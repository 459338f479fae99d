import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTapeAddress, parseTapeAddress } from "../../../src/transfer/tape/tape-address.ts";

describe("the address of a tape", () => {
  it.each([
    ["tape:/dev/nst0", { device: "/dev/nst0", blocking: 20 }],
    ["tape:/dev/nst0?blocking=126", { device: "/dev/nst0", blocking: 126 }],
    ["TAPE:list.tar", { device: "list.tar", blocking: 20 }],
    ["/dev/nst0", undefined],
    ["tapes/in", undefined],
  ])("%s", (text, address) => {
    expect(parseTapeAddress(text)).toEqual(address);
  });

  it.each([
    ["tape:", /names no device/u],
    ["tape:?blocking=20", /names no device/u],
    ["tape:/dev/nst0?block=20", /unknown setting block/u],
    ["tape:/dev/nst0?blocking=0", /from 1 to 2048/u],
    ["tape:/dev/nst0?blocking=2049", /from 1 to 2048/u],
    ["tape:/dev/nst0?blocking=1.5", /from 1 to 2048/u],
    ["tape:/dev/nst0?blocking=", /from 1 to 2048/u],
  ])("%s is refused", (text, why) => {
    expect(() => parseTapeAddress(text)).toThrow(why);
  });

  it("is read back as it was", () => {
    const address = fc.record({
      device: fc.string({ minLength: 1 }).filter((text) => !text.includes("?")),
      blocking: fc.integer({ min: 1, max: 2048 }),
    });
    fc.assert(
      fc.property(address, (one) => {
        expect(parseTapeAddress(formatTapeAddress(one))).toEqual(one);
      }),
    );
  });
});
