import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResyncError } from "../../../src/errors.ts";
import { DXA_KEY, TRIGGER_VALUE, type RegistryKey, type RegistryValue } from "../../../src/push/generate/dss-host.ts";
import { formatRegistryFile } from "../../../src/push/generate/registry-file-write.ts";
import { parseRegistryFile, valuesIn, type RegistryFile } from "../../../src/push/generate/registry-file.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/registry/${name}`, import.meta.url));
const TRIGGER = { type: "REG_MULTI_SZ", data: ["Büro Süd", "NORTH/PO1"] } as const;

const oneValue = (version: 4 | 5, name: string, value: RegistryValue | undefined): RegistryFile => ({
  version,
  keys: [{ key: DXA_KEY, values: new Map([[name, value]]) }],
});
const parseText = (text: string): RegistryFile => parseRegistryFile(Buffer.from(text, "latin1"));
const inKey = (lines: string): string => `REGEDIT4\r\n\r\n[${DXA_KEY}]\r\n${lines}\r\n\r\n`;

describe("reading .REG files", () => {
  it("reads the hex(7) line that Q307765 prints", () => {
    const key = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters";
    const values = valuesIn(parseRegistryFile(fixture("q307765-nullsessionshares.reg")), key);
    expect(values?.get("NullSessionShares")).toEqual({ type: "REG_MULTI_SZ", data: ["COMCFG", "DFS$"] });
  });

  it("reads every type of an export by NT 4's regedit, in ANSI", () => {
    const file = parseRegistryFile(fixture("export-nt4.reg"));
    expect(file.version).toBe(4);
    expect([...(valuesIn(file, DXA_KEY) ?? [])]).toEqual([
      ["Type", { type: "REG_DWORD", data: 16 }],
      ["Start", { type: "REG_DWORD", data: 2 }],
      ["ImagePath", { type: "REG_EXPAND_SZ", data: "C:\\exchsrvr\\bin\\dxa.exe" }],
      ["DisplayName", { type: "REG_SZ", data: "Microsoft Exchange Directory Synchronization" }],
      ["DependOnService", { type: "REG_MULTI_SZ", data: ["MSExchangeMTA"] }],
      ["ObjectName", { type: "REG_SZ", data: "NORTHSEA\\exservice" }],
      ["Note", { type: "REG_SZ", data: 'Büro "Süd"' }],
      ["", { type: "REG_SZ", data: "the default" }],
    ]);
    expect(valuesIn(file, `${DXA_KEY}\\security`)?.get("Security")).toEqual({
      type: "other",
      number: 3,
      data: Uint8Array.of(1, 0, 20, 128, 144, 0, 0, 0),
    });
  });

  it("reads Samba's export: UTF-8 without a mark, LF, remarks at the end", () => {
    const values = valuesIn(parseRegistryFile(fixture("export-samba.reg")), DXA_KEY);
    expect([...(values ?? [])]).toEqual([
      [TRIGGER_VALUE, { type: "REG_MULTI_SZ", data: ["Büro"] }],
      ["GlobalMaxSeqInResync", { type: "REG_DWORD", data: 1 }],
      ["Size", { type: "other", number: 11, data: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) }],
      ["Gone", undefined],
    ]);
  });

  it("reads a string that runs over lines", () => {
    expect(valuesIn(parseText(inKey('"a"="one\r\ntwo"')), DXA_KEY)?.get("a")).toEqual({
      type: "REG_SZ",
      data: "one\r\ntwo",
    });
  });

  it("takes the short hive name for the long one", () => {
    const short = DXA_KEY.replace("HKEY_LOCAL_MACHINE", "HKLM");
    expect(parseText(`REGEDIT4\n\n[${short}]\n"a"=dword:1\n`).keys[0]?.key).toBe(DXA_KEY);
  });

  it.each([
    ["nothing", "", 1],
    ["another text", "<html>\n", 1],
    ["a value before any key", 'REGEDIT4\n\n"a"="b"\n', 3],
    ["a string without an end", inKey('"a"="b'), 4],
    ["a value of no known form", inKey('"a"=qword:1'), 4],
    ["hex digits that are none", inKey('"a"=hex:01,0g'), 4],
    ["a byte of three digits", inKey('"a"=hex:001'), 4],
    ["something behind a value", inKey('"a"="b" c'), 4],
    ["another hive", "REGEDIT4\n\n[HKEY_CURRENT_USER\\x]\n", 3],
    ["a key to be removed", `REGEDIT4\n\n[-${DXA_KEY}]\n`, 3],
  ])("refuses %s and names the line", (_what, text, line) => {
    expect(() => parseText(text)).toThrow(
      expect.objectContaining({ code: "FILE_NOT_USABLE", facts: { line } }) as ResyncError,
    );
  });

  it("gives values back whose bytes cannot be read as their type says", () => {
    const values = valuesIn(
      parseText(inKey('"odd"=hex(4):01,02,03\r\n"nul"=hex(1):61,00,62,00\r\n"gap"=hex(7):61,00,00,62,00,00')),
      DXA_KEY,
    );
    expect(values?.get("odd")).toEqual({ type: "other", number: 4, data: Uint8Array.of(1, 2, 3) });
    expect(values?.get("nul")).toEqual({ type: "other", number: 1, data: Uint8Array.of(97, 0, 98, 0) });
    expect(values?.get("gap")).toMatchObject({ type: "other", number: 7 });
  });

  it("forgives missing NULs, as cluster setup leaves them out (Q279158)", () => {
    const values = valuesIn(parseText(inKey('"m"=hex(7):61,62\r\n"e"=hex(7):\r\n"s"=hex(2):61')), DXA_KEY);
    expect(values?.get("m")).toEqual({ type: "REG_MULTI_SZ", data: ["ab"] });
    expect(values?.get("e")).toEqual({ type: "REG_MULTI_SZ", data: [] });
    expect(values?.get("s")).toEqual({ type: "REG_EXPAND_SZ", data: "a" });
  });
});

describe("writing .REG files", () => {
  it.each([
    [4, "trigger-nt4.reg"],
    [5, "trigger-2000.reg"],
  ] as const)("writes the trigger for version %i byte by byte", (version, name) => {
    const bytes = formatRegistryFile(oneValue(version, TRIGGER_VALUE, TRIGGER));
    expect(Buffer.from(bytes).equals(fixture(name))).toBe(true);
  });

  it("writes the removal of a value", () => {
    expect(String(formatRegistryFile(oneValue(4, TRIGGER_VALUE, undefined)))).toContain(`"${TRIGGER_VALUE}"=-\r\n`);
  });

  it("refuses what ANSI cannot say, in names and inside hex(7)", () => {
    expect(() => formatRegistryFile(oneValue(4, "Ω", TRIGGER))).toThrow(/windows-1252/u);
    expect(() => formatRegistryFile(oneValue(4, "a", { type: "REG_MULTI_SZ", data: ["Ω"] }))).toThrow(/windows-1252/u);
    expect(() =>
      formatRegistryFile(oneValue(4, "a", { type: "REG_MULTI_SZ", data: ["Ω"] }), "windows-1253"),
    ).not.toThrow();
  });
});

/** Text of the registry: anything but NUL. In ANSI, what code page 1252 can say and no line ends, which REGEDIT4 keeps in hex(1). */
const text = (version: 4 | 5): fc.Arbitrary<string> =>
  version === 5
    ? fc.string({ unit: "grapheme" }).map((value) => value.replaceAll("\0", ""))
    : fc.string({ unit: fc.constantFrom(...'aZ09 äöüßÆé€/\\"%;=[]@-,\r\n\t'.split("")) });

const value = (version: 4 | 5): fc.Arbitrary<RegistryValue> =>
  fc.oneof(
    fc.record({ type: fc.constantFrom("REG_SZ" as const, "REG_EXPAND_SZ" as const), data: text(version) }),
    fc.record({
      type: fc.constant("REG_MULTI_SZ" as const),
      data: fc.array(text(version).filter((item) => item !== "")),
    }),
    fc.record({ type: fc.constant("REG_DWORD" as const), data: fc.nat({ max: 0xffff_ffff }) }),
    fc.record({
      type: fc.constant("other" as const),
      number: fc.constantFrom(0, 3, 5, 8, 11, 0xffff_ffff),
      data: fc.uint8Array({ maxLength: 200 }),
    }),
  );

const file = (version: 4 | 5): fc.Arbitrary<RegistryFile> =>
  fc.record({
    version: fc.constant(version),
    keys: fc.uniqueArray(
      fc.record({
        key: fc.stringMatching(/^[A-Za-z0-9 ._\]-]{1,20}$/u).map((name): RegistryKey => `HKEY_LOCAL_MACHINE\\${name}`),
        values: fc
          .array(fc.tuple(text(version), fc.option(value(version), { nil: undefined })))
          .map((pairs) => new Map(pairs)),
      }),
      { selector: ({ key }) => key.toUpperCase() },
    ),
  });

describe("a .REG file written and read again", () => {
  it.each([4, 5] as const)("is the same, version %i", (version) => {
    fc.assert(
      fc.property(file(version), (original) => {
        expect(parseRegistryFile(formatRegistryFile(original))).toEqual(original);
      }),
    );
  });

  it("ends in a file or in a clear error for any bytes", () => {
    const seed = fixture("export-nt4.reg");
    fc.assert(
      fc.property(
        fc.nat({ max: seed.length - 1 }),
        fc.uint8Array({ maxLength: 12 }),
        fc.nat({ max: 12 }),
        (at, bytes, cut) => {
          const damaged = Buffer.concat([seed.subarray(0, at), bytes, seed.subarray(at + cut)]);
          try {
            parseRegistryFile(damaged);
          } catch (error) {
            expect(error).toMatchObject({ code: "FILE_NOT_USABLE" });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
