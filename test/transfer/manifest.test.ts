import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasCode } from "../../src/errors.ts";
import { asSha256 } from "../../src/transfer/digest.ts";
import { decodeManifest, encodeManifest, type Manifest } from "../../src/transfer/manifest.ts";

const number = fc.nat();
const manifests: fc.Arbitrary<Manifest> = fc.record({
  format: fc.constant("msmail-resync-delivery" as const),
  version: fc.constant(1 as const),
  id: fc.string({ minLength: 1, maxLength: 40 }),
  createdAt: fc
    .date({ min: new Date(0), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  tool: fc.string(),
  dss: fc.string(),
  requestors: fc.array(fc.string({ minLength: 1, unit: "grapheme" }), { maxLength: 5 }),
  size: number,
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/u).map((text) => {
    const sha256 = asSha256(text);
    if (sha256 === undefined) throw new Error(text);
    return sha256;
  }),
  header: fc.option(fc.record({ impSeq: number, reqSeq: number, srvSeq: number })),
  counts: fc.option(fc.record({ records: number, addresses: number, lists: number })),
});

describe("a manifest", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        expect(decodeManifest(encodeManifest(manifest), "x")).toEqual(manifest);
      }),
    );
  });

  it("damaged anywhere is refused or says the same, never anything else", () => {
    fc.assert(
      fc.property(manifests, fc.nat(), fc.integer({ min: 0, max: 255 }), (manifest, at, byte) => {
        const bytes = Buffer.from(encodeManifest(manifest));
        bytes[at % bytes.length] = byte;
        try {
          const { size, sha256 } = decodeManifest(bytes, "x");
          expect(Number.isInteger(size) && sha256.length === 64).toBe(true);
        } catch (error) {
          expect(hasCode(error, "DELIVERY_INCOMPLETE", "FILE_NOT_USABLE")).toBe(true);
        }
      }),
    );
  });

  it("of a newer version is named as such", () => {
    const newer = Buffer.from('{"format":"msmail-resync-delivery","version":2}');
    expect(() => decodeManifest(newer, "x/RESYNC.JSN")).toThrow(/newer resync/u);
  });

  it("fits old editors: CR LF, and nothing longer than it must be", () => {
    expect(() => decodeManifest(Buffer.alloc(1_048_577, 32), "x")).toThrow(/too long/u);
    const [manifest] = fc.sample(manifests, 1);
    if (manifest === undefined) throw new Error("no sample");
    expect(Buffer.from(encodeManifest(manifest)).toString("latin1")).toMatch(/^\{\r\n {2}"format"[\s\S]*\}\r\n$/u);
  });
});
