import { ResyncError, type ErrorCode } from "../../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const LOST: Meaning = {
  code: "CONNECTION_LOST",
  says: "could not be finished: the connection broke off",
  hint: "Look at the line and the server, then run the same command again.",
  retryable: true,
};
const FULL: Meaning = {
  code: "DISK_FULL",
  says: "does not fit: the server's disk is full or a quota is reached",
  hint: "Make room on the server.",
};
const MISSING: Meaning = {
  code: "NOT_FOUND",
  says: "does not exist",
  hint: "Check the path. The folder must exist; resync makes none.",
};

/** Status codes of SFTP (draft-ietf-secsh-filexfer-02, section 7; from 9 on version -13, which some servers of version 3 use too). */
const MEANING: Readonly<Record<number, Meaning>> = {
  2: MISSING,
  3: {
    code: "ACCESS_DENIED",
    says: "may not be used by this account, or the server is read-only",
    hint: "Ask the server's administrator for the right to write in this folder.",
  },
  4: {
    code: "IO",
    says: "was refused by the server without a reason (status 4)",
    hint: "Look into the server's log. A full disk, a quota, an open file and a name it cannot hold all look like this.",
  },
  5: { code: "NAME_INVALID", says: "is not a name that the server can hold" },
  6: LOST,
  7: LOST,
  8: { code: "PROTOCOL", says: "needs something that this server cannot do" },
  10: MISSING,
  11: { code: "ALREADY_EXISTS", says: "exists already" },
  12: { code: "READ_ONLY", says: "is on a write-protected medium" },
  14: FULL,
  15: FULL,
  17: { code: "FILE_BUSY", says: "is held open by another program on the server", retryable: true },
  19: { code: "NOT_A_FOLDER", says: "is not a folder" },
  20: { code: "NAME_INVALID", says: "is not a name that the server can hold" },
  24: { code: "IS_A_FOLDER", says: "is a folder" },
};

/** The status of "Failure", which says nothing: the caller looks what may be behind it. */
export const SFTP_FAILURE = 4;

/** A failure of a request about `what` as a `ResyncError`. What has no status number is the end of the connection. */
export function fromSftp(error: unknown, what: string): ResyncError {
  if (error instanceof ResyncError) return error;
  const status = statusOf(error);
  const meaning =
    status === undefined
      ? LOST
      : (MEANING[status] ?? { code: "IO" as const, says: `failed on the server (status ${status})` });
  return new ResyncError(meaning.code, {
    message: `${what} ${meaning.says}.`,
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    ...(meaning.retryable === undefined ? {} : { retryable: meaning.retryable }),
    facts: { path: what, sftpStatus: status ?? null },
    cause: error,
  });
}

/** The SFTP status number of an error of ssh2. */
export function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : undefined;
}
