import iconv from "iconv-lite";
import { EXIT, ResyncError } from "../../errors.ts";
import type { RegistryValue } from "./dss-host.ts";
import { toRegistryBytes, type StringEncoding } from "./registry-data.ts";
import { DEFAULT_ANSI, REGISTRY_FILE_HEADER, type RegistryFile } from "./registry-file.ts";

/** Columns after which regedit goes on in the next line. */
const WRAP = 77;

/**
 * A .REG file's bytes as regedit writes them: REGEDIT4 in `ansi`, 5.00 in UTF-16LE with a byte order mark; CR LF; an empty line
 * at the end, without which Samba's import drops the last value. Throws `NAME_INVALID` when `ansi` cannot express a character.
 */
export function formatRegistryFile(file: RegistryFile, ansi: StringEncoding = DEFAULT_ANSI): Uint8Array {
  const strings = file.version === 4 ? ansi : "utf16le";
  const lines: string[] = [REGISTRY_FILE_HEADER[file.version]];
  for (const { key, values } of file.keys) {
    lines.push("", `[${key}]`);
    for (const [name, value] of values) lines.push(formatValue(name, value, strings));
  }
  const text = [...lines, "", ""].join("\r\n");
  if (file.version === 5) return Buffer.from(`\ufeff${text}`, "utf16le");
  refuseUnmappable(file, text, ansi);
  return iconv.encode(text, ansi);
}

function formatValue(name: string, value: RegistryValue | undefined, strings: StringEncoding): string {
  const start = name === "" ? "@=" : `"${escape(name)}"=`;
  if (value === undefined) return `${start}-`;
  if (value.type === "REG_DWORD") return `${start}dword:${value.data.toString(16).padStart(8, "0")}`;
  if (value.type === "REG_SZ" && !/[\r\n\0]/u.test(value.data)) return `${start}"${escape(value.data)}"`;
  const { number, bytes } = toRegistryBytes(value, strings);
  return wrapped(`${start}hex${number === 3 ? "" : `(${number.toString(16)})`}:`, bytes);
}

function wrapped(start: string, bytes: Uint8Array): string {
  const lines: string[] = [];
  let line = start;
  bytes.forEach((byte, index) => {
    line += `${byte.toString(16).padStart(2, "0")}${index === bytes.length - 1 ? "" : ","}`;
    if (line.length < WRAP || index === bytes.length - 1) return;
    lines.push(`${line}\\`);
    line = "  ";
  });
  return [...lines, line].join("\r\n");
}

function escape(text: string): string {
  return text.replace(/["\\]/gu, "\\$&");
}

/** REG_MULTI_SZ and REG_EXPAND_SZ strings stand in the text as bytes already, so the values are looked at and not only the text. */
function refuseUnmappable(file: RegistryFile, text: string, ansi: StringEncoding): void {
  const strings = file.keys.flatMap(({ values }) => [...values.values()].flatMap((value) => stringsOf(value)));
  for (const part of [text, ...strings]) {
    if (iconv.decode(iconv.encode(part, ansi), ansi) === part) continue;
    throw new ResyncError("NAME_INVALID", {
      message: `"${part.slice(0, 60)}" holds characters that ${ansi} does not have, so a REGEDIT4 file cannot carry it.`,
      state: "Nothing was written.",
      hint: "Name the code page of that Windows (--handoff-code-page); NT 4 cannot hold names beyond it in a .REG file.",
      exitCode: EXIT.usage,
    });
  }
}

function stringsOf(value: RegistryValue | undefined): readonly string[] {
  if (value?.type === "REG_MULTI_SZ") return value.data;
  return value?.type === "REG_SZ" || value?.type === "REG_EXPAND_SZ" ? [value.data] : [];
}
