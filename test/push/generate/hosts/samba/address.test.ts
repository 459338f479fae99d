import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSambaAddress, parseSambaAddress } from "../../../../../src/push/generate/hosts/samba/address.ts";

describe("samba:// addresses", () => {
  it.each([
    ["samba://admin@dss1", { host: "dss1", port: undefined, user: "admin", domain: undefined }],
    ["samba://EXCHANGE;svc@10.0.0.7:4450", { host: "10.0.0.7", port: 4450, user: "svc", domain: "EXCHANGE" }],
    ["samba://J%C3%BCrgen%40x@dss1/", { host: "dss1", port: undefined, user: "Jürgen@x", domain: undefined }],
    ["samba://admin@[fe80::1]:445", { host: "fe80::1", port: 445, user: "admin", domain: undefined }],
  ])("%s", (text, address) => {
    expect(parseSambaAddress(text)).toEqual(address);
  });

  it("are read back as they were written", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), port, (user, domain, port) => {
        const address = { host: "dss-1.example.org", port, user, domain };
        expect(parseSambaAddress(formatSambaAddress(address))).toEqual(address);
      }),
    );
  });

  it.each([
    "samba://dss1",
    "samba://@dss1",
    "samba://a@",
    "samba://a@b:0",
    "samba://a@b:70000",
    "samba://a@b/c",
    "smb://a@b",
    "samba://a%zz@b",
  ])("%s is refused", (text) => {
    expect(() => parseSambaAddress(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it("with a password is refused without repeating it", () => {
    expect(() => parseSambaAddress("samba://admin:S3cret!pw@dss1")).toThrow(/^(?!.*S3cret).*\*\*\*/su);
  });
});
