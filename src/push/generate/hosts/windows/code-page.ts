import iconv from "iconv-lite";

/**
 * Text of a Windows program. They print in the console's (OEM) code page, some in UTF-16; only names and messages for people are taken
 * from it, never a decision.
 */
export function decodeConsole(bytes: Buffer, codePage: number): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  const encoding = codePage === 65_001 ? "utf8" : `cp${codePage}`;
  return iconv.decode(bytes, iconv.encodingExists(encoding) ? encoding : "cp850");
}
