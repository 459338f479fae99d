import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatPlaceAddress,
  normalizeSftpPath,
  parsePlaceAddress,
  uncAsSmb,
} from "../../src/transfer/place-address.ts";

it("writes a UNC path as a place on a share, and nothing else", () => {
  expect(uncAsSmb("\\\\nt4\\post office\\glb\\")).toBe("smb://USER@nt4/post%20office/glb");
  expect(uncAsSmb("\\\\nt4/share")).toBe("smb://USER@nt4/share");
  for (const other of ["C:\\in", "\\in", "\\\\", "\\\\\\x", "//nt4/share", "in"])
    expect(uncAsSmb(other)).toBeUndefined();
});

describe("parsePlaceAddress", () => {
  it.each([
    ["/srv/in", "/srv/in"],
    ["in", "in"],
    ["C:\\Dxadata", "C:\\Dxadata"],
    ["C:/Dxadata", "C:/Dxadata"],
    ["\\\\nt4\\postoffice\\glb", "\\\\nt4\\postoffice\\glb"],
    ["odd:name", "odd:name"],
    ["file:///srv/in%20box", "/srv/in box"],
  ])("%s is a local folder", (text, path) => {
    expect(parsePlaceAddress(text)).toEqual({ kind: "local", path });
  });

  it.each([
    ["sftp://files/in", { user: undefined, host: "files", port: 22, path: "/in" }],
    ["sftp://anna@files.example:2222/srv/in/", { user: "anna", host: "files.example", port: 2222, path: "/srv/in" }],
    ["SFTP://anna@files/in", { user: "anna", host: "files", port: 22, path: "/in" }],
    ["sftp://b%C3%BCro%40home@files/a%20b/%25", { user: "büro@home", host: "files", port: 22, path: "/a b/%" }],
    ["sftp://files/", { user: undefined, host: "files", port: 22, path: "/" }],
    ["sftp://files/~", { user: undefined, host: "files", port: 22, path: "~" }],
    ["sftp://files/~/in", { user: undefined, host: "files", port: 22, path: "~/in" }],
    ["sftp://files/C:/in", { user: undefined, host: "files", port: 22, path: "/C:/in" }],
    ["sftp://files/C:\\in\\x", { user: undefined, host: "files", port: 22, path: "/C:/in/x" }],
    ["sftp://[2001:db8::1]:22/in", { user: undefined, host: "2001:db8::1", port: 22, path: "/in" }],
    ["sftp://u@[fe80::1%eth0]/in", { user: "u", host: "fe80::1%eth0", port: 22, path: "/in" }],
  ])("%s", (text, expected) => {
    expect(parsePlaceAddress(text)).toEqual({ kind: "sftp", ...expected });
  });

  it.each([
    [
      "smb://nt4/maildata",
      { kind: "smb", domain: undefined, user: undefined, host: "nt4", port: 445, share: "maildata", path: "" },
    ],
    [
      "smb://DOM;anna@nt4:4450/C$/exch/dx",
      { kind: "smb", domain: "DOM", user: "anna", host: "nt4", port: 4450, share: "C$", path: "exch/dx" },
    ],
    [
      "smb1://anna@nt4/Mail%20Data/GLB\\x",
      { kind: "smb1", domain: undefined, user: "anna", host: "nt4", port: 139, share: "Mail Data", path: "GLB/x" },
    ],
  ])("%s", (text, expected) => {
    expect(parsePlaceAddress(text)).toEqual(expected);
  });

  it.each([
    "sftp://anna:s3cret@files/in",
    "sftp://anna:s3/cr#et@files/in",
    "smb://DOM;anna:s3cret@nt4/share",
    "sftp://:s3cret@files/in",
    "sftp://anna:s3cret@files",
  ])("refuses a password and does not repeat it: %s", (text) => {
    const error = thrownBy(() => parsePlaceAddress(text));
    expect(error).toMatchObject({ code: "USAGE" });
    expect(JSON.stringify([error.message, error.hint, error.facts])).not.toMatch(/s3/u);
  });

  it.each([
    ["", "empty"],
    ["sftp://files", "names no folder"],
    ["sftp:///in", "names no host"],
    ["sftp:files/in", "names no host"],
    ["sftp://files:99999/in", "impossible port"],
    ["sftp://files:0/in", "impossible port"],
    ["sftp://files/%zz", "percent"],
    ["sftp://files/%00", "percent"],
    ["sftp://d;u@files/in", "domain"],
    ["smb://nt4", "names no share"],
    ["smb://nt4/share/../x", "climbs"],
    ["https://files/in", "unknown scheme https"],
    ["file://elsewhere:1/x", "file: URL"],
  ])("refuses %j: %s", (text, why) => {
    expect(thrownBy(() => parsePlaceAddress(text))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(why),
      hint: expect.any(String),
    });
  });

  it("reads back what it formats", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((text) => !/[\0\\/]|^\.{1,2}$/u.test(text));
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const parts = fc.array(name, { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));
    const port = fc.integer({ min: 1, max: 65_535 });
    const user = fc.option(name, { nil: undefined });
    const sftp = fc.record({
      kind: fc.constant("sftp" as const),
      user,
      host,
      port,
      path: parts.map((path) => normalizeSftpPath(`/${path}`)),
    });
    const smb = fc.record({
      kind: fc.constantFrom("smb" as const, "smb1" as const),
      domain: user,
      user,
      host,
      port,
      share: name,
      path: parts,
    });
    fc.assert(
      fc.property(fc.oneof(sftp, smb), (address) => {
        expect(parsePlaceAddress(formatPlaceAddress(address))).toEqual(address);
      }),
    );
  });
});

describe("normalizeSftpPath", () => {
  it.each([
    ["C:\\in", "/C:/in"],
    ["/C:/in/", "/C:/in"],
    ["C:", "/C:"],
    ["//srv//in/./x/../y", "/srv/in/y"],
    ["/../..", "/"],
    ["~", "~"],
    ["/~/in", "~/in"],
    ["/a\\b", "/a\\b"],
    ["/~anna/in", "/~anna/in"],
  ])("%s → %s", (path, expected) => {
    expect(normalizeSftpPath(path)).toBe(expected);
  });
});

function thrownBy(act: () => unknown): Error & { hint?: string; facts?: unknown } {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
