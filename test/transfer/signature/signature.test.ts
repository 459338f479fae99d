import { verify } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { hasCode } from "../../../src/errors.ts";
import { encodeJson } from "../../../src/transfer/json.ts";
import { decodeManifest, encodeManifest, type Manifest } from "../../../src/transfer/manifest.ts";
import { isSigned, proveSigned, signed } from "../../../src/transfer/signature/signature.ts";
import { manifestOf, newKey } from "./support.ts";

const key = newKey();
const other = newKey();
let manifest: Manifest;
let bytes: Uint8Array;
beforeAll(async () => {
  manifest = signed(await manifestOf(Buffer.from("a list")), key);
  bytes = encodeManifest(manifest);
});

const refused = (changed: Uint8Array, keys = [key]): string => {
  try {
    proveSigned(changed, keys, "A:/RESYNC.JSN");
  } catch (error) {
    if (hasCode(error, "DELIVERY_NOT_TRUSTED") && error.exitCode === 7) return error.message;
    throw error;
  }
  throw new Error("it was taken");
};
/** The manifest's bytes after a change to its text. */
const edited = (from: string | RegExp, to: string | ((...found: string[]) => string)): Buffer => {
  const text = Buffer.from(bytes).toString("utf8");
  const changed = typeof to === "string" ? text.replace(from, to) : text.replace(from, to);
  expect(changed).not.toBe(text);
  return Buffer.from(changed, "utf8");
};

describe("a signed manifest", () => {
  it("is proved with the key that signed it, among others", () => {
    expect(proveSigned(bytes, [other, key], "x").id).toBe(key.id);
    expect(decodeManifest(bytes, "x")).toEqual(manifest);
  });

  it("is signed over the very bytes that the file would have without its signature", () => {
    const { signature, ...unsigned } = manifest;
    const value = Buffer.from(signature?.value ?? "", "base64");
    expect(verify(null, encodeManifest(unsigned), key.publicKey, value)).toBe(true);
  });

  it("with any byte changed is refused", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(isSigned(changed, key)).toBe(false);
        refused(changed);
      }),
      { numRuns: 2000 },
    );
  });

  it("with any single bit changed is refused", () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (isSigned(changed, key)) expect.fail(`bit ${bit}`);
    }
  });

  it("cut short, made longer or spliced is refused", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 }), (at, more) => {
        refused(bytes.subarray(0, at));
        refused(Buffer.concat([bytes, more]));
        refused(Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]));
      }),
    );
  });

  it("that says the same in other bytes is refused", () => {
    refused(edited('"version": 1', '"version": 1.0'));
    refused(edited("\r\n", "\n"));
    refused(edited("ü", "\\u00fc"));
    refused(edited('"tool":', '"id": "20261123-214030-k3f9",\r\n  "tool":'));
    refused(edited('"tool":', '"__proto__": {},\r\n  "tool":'));
    refused(edited(manifest.sha256, manifest.sha256.toUpperCase()));
    // The last digit of 64 bytes in base64 has four bits that mean nothing.
    refused(edited(/(.)==/u, (_, last = "") => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`));
  });

  it("is refused in plain words", () => {
    expect(refused(bytes, [other])).toMatch(/RESYNC\.JSN is signed with key [0-9a-f]{16}, which is not trusted here/u);
    expect(refused(edited('"dss": "sim', '"dss": "Sim'))).toMatch(/was changed after it was signed/u);
    expect(refused(edited('"Ed25519"', '"RSA"'))).toMatch(/a signature that cannot be read/u);
    expect(refused(Buffer.from("[]"))).toMatch(/cannot be read/u);
    const { signature: _, ...unsigned } = manifest;
    expect(refused(encodeManifest(unsigned))).toMatch(/is not signed/u);
  });

  it("signed by somebody who took the trusted key's name is refused", () => {
    const forged = signed(manifest, other);
    const claimed = { ...forged, signature: { ...forged.signature, key: key.id } };
    expect(refused(encodeManifest(claimed))).toMatch(/with another key of that name/u);
  });

  it("may hold what a later version adds", () => {
    const later = signed({ ...manifest, signature: undefined, medium: { label: "A" } }, key);
    expect(proveSigned(encodeJson(later), [key], "x").id).toBe(key.id);
    expect(() => decodeManifest(encodeJson(later), "x")).not.toThrow();
  });
});

it("a signature once given can be given anew, by another key", () => {
  const again = signed(manifest, other);
  expect(again.signature.key).toBe(other.id);
  expect(isSigned(encodeManifest(again), other)).toBe(true);
});
