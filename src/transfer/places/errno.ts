import { ResyncError, type ErrorCode } from "../../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const BUSY: Meaning = {
  code: "FILE_BUSY",
  says: "is held open by another program",
  hint: "Close the program that holds it (on Windows: openfiles, or Computer Management > Shared Folders), or try again later.",
  retryable: true,
};
const DENIED: Meaning = {
  code: "ACCESS_DENIED",
  says: "may not be used by this account",
  hint: "Give the account that runs resync the right to change files in this folder.",
};
const FULL: Meaning = {
  code: "DISK_FULL",
  says: "does not fit: the disk is full or a quota is reached",
  hint: "Make room there.",
};
const LOST: Meaning = {
  code: "CONNECTION_LOST",
  says: "is on a share that is gone",
  hint: "Look at the share.",
  retryable: true,
};

/** What each error number of the operating system means at a place. Anything else is `IO`. */
const MEANING: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: "NOT_FOUND", says: "does not exist", hint: "Check the path; a share may not be mounted." },
  EEXIST: { code: "ALREADY_EXISTS", says: "exists already" },
  ENOTEMPTY: { code: "IS_A_FOLDER", says: "is a folder" },
  EISDIR: { code: "IS_A_FOLDER", says: "is a folder" },
  ENOTDIR: { code: "NOT_A_FOLDER", says: "is not a folder, or lies below something that is not" },
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

/** A file system's error as a `ResyncError` about `path`; one that is a `ResyncError` already stays as it is. */
export function fromErrno(error: unknown, path: string): ResyncError {
  if (error instanceof ResyncError) return error;
  const errno = errnoOf(error);
  const meaning = MEANING[errno ?? ""] ?? {
    code: "IO",
    says: `failed: ${error instanceof Error ? error.message : String(error)}`,
  };
  return new ResyncError(meaning.code, {
    message: `${path} ${meaning.says}.`,
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    ...(meaning.retryable === undefined ? {} : { retryable: meaning.retryable }),
    facts: { path, errno: errno ?? null },
    cause: error,
  });
}

/** `ENOENT` and the like, where the error has one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
