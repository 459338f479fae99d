import { malformed } from "../failures.ts";
import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u16, u32, u64 } from "../wire/read.ts";
import { utf16 } from "../wire/text.ts";

/** FileDirectoryInformation (MS-FSCC 2.4.10). */
const DIRECTORY_INFORMATION = 1;
/** SMB2_RESTART_SCANS (MS-SMB2 2.2.33). */
const RESTART = 1;
/** Bytes of names in an answer at the most: what one credit pays for. */
const PAGE = 65_536;
/** Bytes of an entry before its name. */
const FIXED = 64;
/** Bytes of a name at the most: 255 UTF-16 units, as on NTFS. */
const LONGEST_NAME = 510;

/** One entry of a folder. */
export interface DirectoryEntry {
  readonly name: string;
  readonly size: bigint;
  readonly lastWrite: bigint;
  readonly attributes: number;
}

/** QUERY_DIRECTORY for names like `pattern` (MS-SMB2 2.2.33); `first` starts over, otherwise the listing goes on. */
export function queryDirectoryRequest(fileId: Buffer, pattern: string, first: boolean): Buffer {
  const name = utf16(pattern);
  const frame = newFrame(32 + name.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(33, 0);
  body.writeUInt8(DIRECTORY_INFORMATION, 2);
  body.writeUInt8(first ? RESTART : 0, 3);
  fileId.copy(body, 8);
  body.writeUInt16LE(HEADER + 32, 24);
  body.writeUInt16LE(name.length, 26);
  body.writeUInt32LE(PAGE, 28);
  name.copy(body, 32);
  return frame;
}

/** The entries in an answer, `.` and `..` left out (MS-SMB2 2.2.34). Throws `PROTOCOL` for damage and for names no folder can hold. */
export function readDirectoryAnswer(message: Buffer): DirectoryEntry[] {
  const page = slice(message, u16(message, HEADER + 2), u32(message, HEADER + 4));
  const entries: DirectoryEntry[] = [];
  let at = 0;
  while (at < page.length) {
    const next = u32(page, at);
    const name = nameAt(page, at);
    if (name !== "." && name !== "..") {
      const attributes = u32(page, at + 56);
      entries.push({ name, size: u64(page, at + 40), lastWrite: u64(page, at + 24), attributes });
    }
    if (next === 0) break;
    if (next < FIXED) throw malformed("entries of its folder overlap");
    at += next;
  }
  return entries;
}

function nameAt(page: Buffer, at: number): string {
  const length = u32(page, at + 60);
  if (length === 0 || length > LONGEST_NAME) throw malformed(`a name in its folder has ${length} bytes`);
  const name = slice(page, at + FIXED, length).toString("utf16le");
  if (/[\u0000/\\]/u.test(name))
    throw malformed(`a name in its folder has a separator inside: ${JSON.stringify(name)}`);
  return name;
}
