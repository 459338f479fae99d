import iconv from "iconv-lite";
import { parseLine, type LogLine } from "./line.ts";

/** The text of bytes a DOS program wrote: code page 850 (Q156063, Q87432). Every byte has a character, so nothing is lost. */
export function decodeDos(bytes: Uint8Array): string {
  return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), "cp850");
}

/** All lines of a log. Line ends are CR LF or LF; empty lines and a closing Ctrl-Z (end of file for DOS) are not lines. */
export function parseLog(bytes: Uint8Array): LogLine[] {
  return parseLogText(decodeDos(bytes));
}

/** As `parseLog`, for text that is decoded already, such as a captured screen. */
export function parseLogText(text: string): LogLine[] {
  return text
    .split(/\r\n|\n|\r/u)
    .map((raw, index) => parseLine(raw.replace(/[\u001a\u2192]$/u, ""), index + 1))
    .filter(({ raw }) => raw.trim() !== "");
}
