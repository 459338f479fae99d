import type { FileState } from "./state.ts";

/** tar's own unit, in bytes: a header is one, contents are filled up to whole ones, and two that are empty end an archive. */
export const UNIT = 512;

/** What a header says of a file beside its size. */
export type ArchivedFile = Pick<FileState, "path" | "mode" | "mtimeMs" | "uid" | "gid">;

/** True for a path that the header's name field holds. */
export function fitsArchive(path: string): boolean {
  return /^[\x20-\x7e]{1,100}$/u.test(path);
}

const unit = Buffer.alloc(UNIT);

/**
 * The header of a regular file (ustar, POSIX.1-1988), good until the next: octal numbers in text, and the sum of the header's bytes, taken with blanks for
 * the sum itself.
 */
export function header({ path, mode, mtimeMs, uid, gid }: ArchivedFile, size: number): Buffer {
  unit.fill(0);
  unit.write(path, 0, "latin1");
  // Numbers that seven digits do not hold are not needed to read the file.
  const owners = octal(uid < 0o7777777 ? uid : 0, 7) + octal(gid < 0o7777777 ? gid : 0, 7);
  const text = `${octal(mode & 0o7777, 7)}${owners}${octal(size, 11)}${octal(mtimeMs / 1000, 11)}        0`;
  unit.write(text, 100, "latin1");
  unit.write("ustar\x0000", 257, "latin1");
  let sum = 0;
  for (let at = 0; at < UNIT; at += 1) sum += unit[at] ?? 0;
  unit.write(octal(sum, 6), 148, "latin1");
  return unit;
}

function octal(value: number, digits: number): string {
  return `${Math.max(0, Math.floor(value)).toString(8).padStart(digits, "0")}\0`;
}
