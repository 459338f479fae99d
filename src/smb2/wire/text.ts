/** Text as SMB and NTLM carry it: UTF-16, little endian, no terminator. */
export function utf16(text: string): Buffer {
  return Buffer.from(text, "utf16le");
}

/** A path below a share as SMB writes it: `\` between folders, none in front (MS-SMB2 2.2.13). */
export function sharePath(path: string): Buffer {
  return utf16(path.replaceAll("/", "\\"));
}
