import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { ResyncError } from "../../errors.ts";
import type { FileState } from "./state.ts";

/** tar's own unit: a header is one, contents are filled up to whole ones. */
const UNIT = 512;

/** Bytes gathered before they are written. */
const GATHERED = 1 << 20;

/**
 * A tar archive (ustar, POSIX.1-1988) under way. Every program that knows tar can take the files out again. Our own few lines, because a file costs a tenth
 * here of what it costs with tar-stream, whose archives are streams. Everything is read back once it is written: a call throws `VERIFY_FAILED` when
 * that is something else, or the file system's error.
 */
export interface ArchiveWriter {
  /** Adds a file; returns the position of its first byte in the archive. The path must be one that `fitsArchive`. */
  add(file: ArchivedFile, bytes: Buffer): number;
  /** Writes the end of the archive: whole then, but not yet forced to the disk. */
  end(): void;
  /** Closes the file as it is. */
  close(): void;
}

type ArchivedFile = Pick<FileState, "path" | "mode" | "mtimeMs" | "uid" | "gid">;

/** True for a path that the header's name field holds. */
export function fitsArchive(path: string): boolean {
  return /^[\x20-\x7e]{1,100}$/u.test(path);
}

/** Begins an archive in a new file that its owner alone can read. */
export function openArchive(file: string): ArchiveWriter {
  const fd = openSync(file, "wx+", 0o600);
  const gathered = Buffer.allocUnsafe(GATHERED);
  const readBack = Buffer.allocUnsafe(GATHERED);
  let waiting = 0;
  let position = 0;
  const put = (bytes: Buffer) => {
    for (let done = 0; done < bytes.length;) {
      const taken = bytes.copy(gathered, waiting, done);
      done += taken;
      waiting += taken;
      position += taken;
      if (waiting === GATHERED) flush();
    }
  };
  const flush = () => {
    const bytes = gathered.subarray(0, waiting);
    const at = position - waiting;
    for (let done = 0; done < waiting;) done += writeSync(fd, bytes, done, waiting - done, at + done);
    const length = readSync(fd, readBack, 0, waiting, at);
    if (!readBack.subarray(0, length).equals(bytes)) throw readsBackWrong(file);
    waiting = 0;
  };
  return {
    add(entry, bytes) {
      put(header(entry, bytes.length));
      const at = position;
      put(bytes);
      put(NOTHING.subarray(0, -bytes.length & (UNIT - 1)));
      return at;
    },
    end() {
      put(NOTHING);
      flush();
    },
    close: () => closeSync(fd),
  };
}

/** Two units, the end of an archive. */
const NOTHING = Buffer.alloc(2 * UNIT);

const unit = Buffer.alloc(UNIT);

/** The header of a regular file, good until the next: octal numbers in text, and the sum of the header's bytes, taken with blanks for the sum itself. */
function header({ path, mode, mtimeMs, uid, gid }: ArchivedFile, size: number): Buffer {
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

/** A copy that is not what was copied. */
export function readsBackWrong(file: string): ResyncError {
  return new ResyncError("VERIFY_FAILED", {
    message: `${file} does not hold what was copied there.`,
    state: "The postoffice was not changed.",
    hint: "Check the disk of the state folder.",
    facts: { file },
  });
}
