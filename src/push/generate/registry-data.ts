import iconv from "iconv-lite";
import type { RegistryValue } from "./dss-host.ts";

/** Win32 numbers of the registry types that have a form of their own here. */
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
const REG_MULTI_SZ = 7;

/** How strings stand in a value's bytes: UTF-16 in the registry itself and in version 5.00 files, a Windows code page in REGEDIT4 files. */
export type StringEncoding = "utf16le" | `windows-${number}` | `cp${number}`;

/** A value as its Win32 type number and bytes; strings end with a NUL, a REG_MULTI_SZ with one more. */
export function toRegistryBytes(value: RegistryValue, encoding: StringEncoding): { number: number; bytes: Uint8Array } {
  switch (value.type) {
    case "REG_SZ":
      return { number: REG_SZ, bytes: iconv.encode(`${value.data}\0`, encoding) };
    case "REG_EXPAND_SZ":
      return { number: REG_EXPAND_SZ, bytes: iconv.encode(`${value.data}\0`, encoding) };
    case "REG_MULTI_SZ":
      return {
        number: REG_MULTI_SZ,
        bytes: iconv.encode(`${value.data.map((text) => `${text}\0`).join("")}\0`, encoding),
      };
    case "REG_DWORD": {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value.data);
      return { number: REG_DWORD, bytes };
    }
    case "other":
      return { number: value.number, bytes: value.data };
  }
}

/**
 * The value that stands in `bytes`. Missing NULs at the end are forgiven (cluster setup left them out, Q279158); what could not be
 * put back the same, such as a NUL inside a string or a DWORD of three bytes, stays `other` with its bytes.
 */
export function fromRegistryBytes(number: number, bytes: Uint8Array, encoding: StringEncoding): RegistryValue {
  const other: RegistryValue = { type: "other", number, data: bytes };
  if (number === REG_DWORD && bytes.length === 4) {
    return { type: "REG_DWORD", data: Buffer.from(bytes).readUInt32LE() };
  }
  if (number !== REG_SZ && number !== REG_EXPAND_SZ && number !== REG_MULTI_SZ) return other;
  if (encoding === "utf16le" && bytes.length % 2 !== 0) return other;
  const text = decode(bytes, encoding);
  if (number === REG_MULTI_SZ) {
    const data = text.replace(/\0{1,2}$/u, "").split("\0");
    if (data.length === 1 && data[0] === "") return { type: "REG_MULTI_SZ", data: [] };
    return data.includes("") ? other : { type: "REG_MULTI_SZ", data };
  }
  const data = text.endsWith("\0") ? text.slice(0, -1) : text;
  if (data.includes("\0")) return other;
  return { type: number === REG_SZ ? "REG_SZ" : "REG_EXPAND_SZ", data };
}

/** True when both are the same type with the same data; two absent values are the same. */
export function sameValue(a: RegistryValue | undefined, b: RegistryValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const left = toRegistryBytes(a, "utf16le");
  const right = toRegistryBytes(b, "utf16le");
  return left.number === right.number && Buffer.compare(left.bytes, right.bytes) === 0;
}

/** For people: `REG_MULTI_SZ "NORTH/HARBOUR", "Büro Süd"`, `REG_DWORD 1`, `no value`. */
export function showValue(value: RegistryValue | undefined): string {
  if (value === undefined) return "no value";
  switch (value.type) {
    case "REG_SZ":
    case "REG_EXPAND_SZ":
      return `${value.type} "${value.data}"`;
    case "REG_MULTI_SZ":
      return `REG_MULTI_SZ ${value.data.length === 0 ? "(empty)" : value.data.map((text) => `"${text}"`).join(", ")}`;
    case "REG_DWORD":
      return `REG_DWORD ${value.data}`;
    case "other":
      return `type ${value.number}, ${value.data.length} bytes`;
  }
}

/** UTF-16 by hand: iconv-lite would turn lone surrogates, which the registry allows, into something else. */
function decode(bytes: Uint8Array, encoding: StringEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === "utf16le" ? buffer.toString("utf16le") : iconv.decode(buffer, encoding, { stripBOM: false });
}
