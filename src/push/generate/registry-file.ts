import iconv from "iconv-lite";
import { ResyncError } from "../../errors.ts";
import type { RegistryKey, RegistryValue } from "./dss-host.ts";
import { fromRegistryBytes, type StringEncoding } from "./registry-data.ts";
import { textScanner, type TextScanner } from "./registry-scanner.ts";

/**
 * A .REG file. Version 4 is `REGEDIT4` of NT 4 and Windows 9x: text and strings in a Windows code page (Q165318, Q307765);
 * version 5 is `Windows Registry Editor Version 5.00` of Windows 2000 and later: strings in UTF-16.
 */
export interface RegistryFile {
  readonly version: 4 | 5;
  readonly keys: readonly RegistryFileKey[];
}

export interface RegistryFileKey {
  readonly key: RegistryKey;
  /** By name as spelled; the default value's name is empty. `undefined` stands for `"name"=-`: the value is to be removed. */
  readonly values: ReadonlyMap<string, RegistryValue | undefined>;
}

/** The first line of each version. */
export const REGISTRY_FILE_HEADER = { 4: "REGEDIT4", 5: "Windows Registry Editor Version 5.00" } as const;

/** The code page of REGEDIT4 files when nobody says otherwise: ANSI of Western Europe and the USA. */
export const DEFAULT_ANSI: StringEncoding = "windows-1252";

/**
 * Reads a .REG file: REGEDIT4 in `ansi`; 5.00 in UTF-16LE with or without a byte order mark, or in UTF-8 as Samba writes it.
 * Throws `FILE_NOT_USABLE` with the line for anything that regedit would not write, `[-key]` included.
 */
export function parseRegistryFile(bytes: Uint8Array, ansi: StringEncoding = DEFAULT_ANSI): RegistryFile {
  const scanner = textScanner(decodeFile(bytes, ansi), fail);
  const version = readHeader(scanner);
  const strings = version === 4 ? ansi : "utf16le";
  const keys: { key: RegistryKey; values: Map<string, RegistryValue | undefined> }[] = [];
  while (!scanner.atEnd()) {
    if (scanner.take(/;[^\n]*/y) !== undefined) continue;
    const header = scanner.take(/\[([^\n]*)\][ \t\r]*(?=\n|$)/y);
    if (header !== undefined) {
      keys.push({ key: longKey(header[1] ?? "", scanner), values: new Map() });
      continue;
    }
    const key = keys.at(-1);
    if (key === undefined) return scanner.fail("a value before the first [key]");
    const name = readName(scanner);
    key.values.set(name, readValue(scanner, strings));
    if (scanner.take(/[ \t\r]*(?=\n|$)/y) === undefined) return scanner.fail("something behind the value");
  }
  return { version, keys };
}

/** The values that a .REG file gives `key`, by name; `undefined` when it does not name the key. Keys are compared without regard to case. */
export function valuesIn(
  file: RegistryFile,
  key: RegistryKey,
): ReadonlyMap<string, RegistryValue | undefined> | undefined {
  return file.keys.find((entry) => entry.key.toUpperCase() === key.toUpperCase())?.values;
}

function decodeFile(bytes: Uint8Array, ansi: StringEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return buffer.subarray(2).toString("utf16le");
  if (buffer[1] === 0) return buffer.toString("utf16le");
  if (buffer.subarray(0, 8).toString("latin1") === REGISTRY_FILE_HEADER[4]) return iconv.decode(buffer, ansi);
  return buffer.toString("utf8").replace(/^\ufeff/u, "");
}

function readHeader(scanner: TextScanner): 4 | 5 {
  const line = scanner.take(/[^\n]*/y)?.[0].trim();
  if (line === REGISTRY_FILE_HEADER[4]) return 4;
  if (line === REGISTRY_FILE_HEADER[5]) return 5;
  return scanner.fail("no registry file: the first line is neither REGEDIT4 nor Windows Registry Editor Version 5.00");
}

function longKey(text: string, scanner: TextScanner): RegistryKey {
  const long = text.replace(/^HKLM\\/iu, "HKEY_LOCAL_MACHINE\\");
  const rest = /^HKEY_LOCAL_MACHINE\\(.+)$/iu.exec(long)?.[1];
  return rest === undefined
    ? scanner.fail(`[${text}] is no key below HKEY_LOCAL_MACHINE`)
    : `HKEY_LOCAL_MACHINE\\${rest}`;
}

function readName(scanner: TextScanner): string {
  const name = scanner.take(/@/y) === undefined ? scanner.quoted() : "";
  if (name === undefined) return scanner.fail("neither a key, a value nor a comment");
  if (scanner.take(/[ \t]*=[ \t]*/y) === undefined) return scanner.fail(`no "=" behind the name "${name}"`);
  return name;
}

function readValue(scanner: TextScanner, strings: StringEncoding): RegistryValue | undefined {
  const text = scanner.quoted();
  if (text !== undefined) return { type: "REG_SZ", data: text };
  if (scanner.take(/-/y) !== undefined) return undefined;
  const dword = scanner.take(/dword:([0-9a-f]{1,8})/iy)?.[1];
  if (dword !== undefined) return { type: "REG_DWORD", data: Number.parseInt(dword, 16) };
  const hex = scanner.take(/hex(?:\(([0-9a-f]{1,8})\))?:/iy);
  if (hex === undefined) return scanner.fail("a value that is neither a string, dword, hex nor -");
  const number = hex[1] === undefined ? REG_BINARY : Number.parseInt(hex[1], 16);
  return fromRegistryBytes(number, readHex(scanner), strings);
}

const REG_BINARY = 3;

/** Bytes as `43,4f,00`; a `\` at a line's end carries on in the next line (Q294696). */
function readHex(scanner: TextScanner): Uint8Array {
  const bytes: number[] = [];
  for (;;) {
    const line = scanner.take(/[^\n\\]*/y)?.[0] ?? "";
    for (const part of line.split(",").map((text) => text.trim())) {
      if (/^[0-9a-f]{1,2}$/iu.test(part)) bytes.push(Number.parseInt(part, 16));
      else if (part !== "") scanner.fail(`"${part}" is no byte`);
    }
    if (scanner.take(/\\[ \t\r]*\n/y) === undefined) return Uint8Array.from(bytes);
  }
}

function fail(line: number, what: string): never {
  throw new ResyncError("FILE_NOT_USABLE", {
    message: `The registry file cannot be read: line ${line}: ${what}.`,
    facts: { line },
  });
}
