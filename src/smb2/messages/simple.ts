import { BODY, newFrame } from "../wire/header.ts";

/** LOGOFF: a size and nothing else (MS-SMB2 2.2.7). */
export function emptyRequest(): Buffer {
  const frame = newFrame(4);
  frame.writeUInt16LE(4, BODY);
  return frame;
}
