import type { ErrorCode } from "./errors.ts";

/** What an error number of the operating system means for a file, after its path: `… is held open by another program`. */
export interface ErrnoMeaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const BUSY: ErrnoMeaning = {
  code: "FILE_BUSY",
  says: "is held open by another program",
  hint: "Close the program that holds it (on Windows: openfiles, or Computer Management > Shared Folders), or try again later.",
  retryable: true,
};
const DENIED: ErrnoMeaning = {
  code: "ACCESS_DENIED",
  says: "may not be used by this account",
  hint: "Give the account that runs resync the right to change files in this folder.",
};
const FULL: ErrnoMeaning = {
  code: "DISK_FULL",
  says: "does not fit: the disk is full or a quota is reached",
  hint: "Make room there.",
};
const LOST: ErrnoMeaning = {
  code: "CONNECTION_LOST",
  says: "is on a share that is gone",
  hint: "Look at the share.",
  retryable: true,
};

/** The error numbers that people meet. */
export const ERRNO_MEANING: Readonly<Record<string, ErrnoMeaning>> = {
  ENOENT: { code: "NOT_FOUND", says: "does not exist", hint: "Check the path; a share may not be mounted." },
  EEXIST: { code: "ALREADY_EXISTS", says: "exists already" },
  ENOTEMPTY: { code: "IS_A_FOLDER", says: "is a folder" },
  EISDIR: { code: "IS_A_FOLDER", says: "is a folder" },
  ENOTDIR: {
    code: "NOT_A_FOLDER",
    says: "is not a folder, or lies below something that is not",
    hint: "Give the path of a folder.",
  },
  EACCES: DENIED,
  EPERM: DENIED,
  EBUSY: BUSY,
  ETXTBSY: BUSY,
  EAGAIN: BUSY,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: { code: "DISK_FULL", says: "is larger than the file system allows" },
  EROFS: { code: "READ_ONLY", says: "is on a read-only medium", hint: "Take off the write protection." },
  ENAMETOOLONG: { code: "NAME_INVALID", says: "is too long a name for this file system" },
  EINVAL: { code: "NAME_INVALID", says: "is not a name that this file system can hold" },
  ELOOP: { code: "IO", says: "is a link that leads in a circle" },
  EMFILE: { code: "IO", says: "cannot be opened: too many files are open", retryable: true },
  ENFILE: { code: "IO", says: "cannot be opened: too many files are open", retryable: true },
  EIO: { code: "IO", says: "cannot be read or written: the medium or the line to it fails", hint: "Check the disk." },
  ENETRESET: LOST,
  ENETUNREACH: LOST,
  EHOSTDOWN: LOST,
  ECONNRESET: LOST,
  ESTALE: LOST,
  ETIMEDOUT: { ...LOST, code: "STALLED" },
};

/** `ENOENT` and the like, where the error has one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The path an error of the file system names; `undefined` for one about an open file. */
export function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}

/** Lets an error about an open file name it. Returns the error. */
export function aboutFile(error: unknown, path: string): unknown {
  if (error instanceof Error && errnoOf(error) !== undefined && pathOf(error) === undefined)
    Object.assign(error, { path });
  return error;
}

/** What is wrong with the machine, the disk or somebody's rights, and no defect of the program that meets it; `undefined` for anything else. */
export function troubleOf(error: unknown): ErrnoMeaning | undefined {
  const errno = errnoOf(error);
  return errno !== undefined && TROUBLES.has(errno) ? ERRNO_MEANING[errno] : undefined;
}

const TROUBLES: ReadonlySet<string> = new Set([
  "EACCES",
  "EBUSY",
  "EDQUOT",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ENOSPC",
  "EPERM",
  "EROFS",
  "ESTALE",
  "ETXTBSY",
]);
