import { pathOf, troubleOf, type ErrnoMeaning } from "./errno.ts";

/** Exit codes of the program. Append-only: scripts decide on them; `test/errors.test.ts` pins the table. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  preflight: 3,
  connection: 4,
  transfer: 5,
  notProduced: 6,
  badFile: 7,
  rolledBack: 8,
  notRolledBack: 9,
  nothingToDo: 10,
  locked: 11,
  undetermined: 12,
  /** Some requestors of a fleet got their list, some did not. */
  partly: 13,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Every way `resync` can fail, with the exit code it ends in. Decisions are taken on these codes, never on the text of a message.
 * The codes are part of the `--json` contract: they may be added to, never renamed.
 */
export const ERROR_EXIT = {
  UNEXPECTED: EXIT.unexpected,
  /** A promise in a port's contract was broken by its implementation. */
  CONTRACT: EXIT.unexpected,

  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  SECRET_MISSING: EXIT.usage,
  DRY_RUN: EXIT.unexpected,

  /** A check before the first change said no. */
  PREFLIGHT_REFUSED: EXIT.preflight,
  /** The DSS refuses: disabled service, value already there, requestor role. */
  DSS_NOT_READY: EXIT.preflight,
  /** The folder is no postoffice, or not in a state in which IMPORT may run. */
  POSTOFFICE_NOT_READY: EXIT.preflight,
  /** A program that the run needs is not installed or cannot be started. */
  PROGRAM_MISSING: EXIT.preflight,

  CONNECT_REFUSED: EXIT.connection,
  CONNECT_TIMEOUT: EXIT.connection,
  CONNECT_FAILED: EXIT.connection,
  CONNECTION_LOST: EXIT.connection,
  HOST_NOT_FOUND: EXIT.connection,
  AUTH_FAILED: EXIT.connection,
  HOST_KEY_UNKNOWN: EXIT.connection,
  HOST_KEY_CHANGED: EXIT.connection,
  HOST_KEY_REVOKED: EXIT.connection,
  PROTOCOL: EXIT.connection,

  /** No such file or folder at a place. */
  NOT_FOUND: EXIT.transfer,
  /** A new file was to be made and the name is taken. */
  ALREADY_EXISTS: EXIT.transfer,
  ACCESS_DENIED: EXIT.transfer,
  /** Somebody holds the file open: a sharing violation, EBUSY, ETXTBSY. Worth another try. */
  FILE_BUSY: EXIT.transfer,
  DISK_FULL: EXIT.transfer,
  READ_ONLY: EXIT.transfer,
  NOT_A_FOLDER: EXIT.transfer,
  IS_A_FOLDER: EXIT.transfer,
  NAME_INVALID: EXIT.transfer,
  /** An operation on a place made no progress within its time. */
  STALLED: EXIT.transfer,
  IO: EXIT.transfer,
  /** What was read back is not what was written. */
  VERIFY_FAILED: EXIT.transfer,
  /** A manifest without its file, or a file without its manifest. */
  DELIVERY_INCOMPLETE: EXIT.transfer,

  /** The service did not reach a state in time, or refused to. */
  SERVICE_STUCK: EXIT.notProduced,
  SERVICE_START_FAILED: EXIT.notProduced,
  SERVICE_STOP_FAILED: EXIT.notProduced,
  /** The file did not appear, or was not finished, in time. */
  NOT_PRODUCED: EXIT.notProduced,
  DSS_UNREACHABLE: EXIT.connection,

  /** Not a Resync.glb, or one that is damaged. */
  FILE_NOT_USABLE: EXIT.badFile,
  FILE_CHANGED: EXIT.badFile,
  /** Keys are trusted here, and the delivery is not signed with one of them, or was changed after it was. */
  DELIVERY_NOT_TRUSTED: EXIT.badFile,
  /** Keys are trusted here, and the delivery is older than the one last imported. */
  DELIVERY_OLDER: EXIT.badFile,
  /** The list was made for another requestor than the one that was named. */
  DELIVERY_FOR_ANOTHER: EXIT.badFile,

  IMPORT_FAILED: EXIT.rolledBack,
  /** The import is good and stays; the old Global Address List was put back. */
  REBUILD_FAILED: EXIT.rolledBack,
  /** The local addresses could not be extracted or added back. A good import stays. */
  KEEP_LOCAL_FAILED: EXIT.rolledBack,
  ROLLBACK_FAILED: EXIT.notRolledBack,
  ROLLBACK_REFUSED: EXIT.notRolledBack,
  IMPORT_UNDETERMINED: EXIT.undetermined,

  LOCKED: EXIT.locked,
  /** An earlier run was cut off; it must be picked up first. */
  RECOVERY_NEEDED: EXIT.preflight,
  INTERRUPTED: EXIT.interrupted,
  TERMINATED: EXIT.terminated,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERROR_EXIT;

/** What a failure tells, beside its code. */
export interface ErrorDetails {
  /** What happened and where, one sentence, names in full. */
  message: string;
  /** What state both systems are in now: what was changed, what was put back, what was not touched. */
  state?: string;
  /** What to do now: a command, a menu, a question to answer. */
  hint?: string;
  /** Where the fact behind the message is written: a Knowledge Base article, an RFC section. */
  reference?: string;
  /** Facts for `--json`: names, paths, sizes in bytes, numbers. Never a secret. */
  facts?: Record<string, string | number | boolean | null | string[]>;
  /** True when the same act may succeed if tried again unchanged. */
  retryable?: boolean;
  /** Overrides the exit code of the error code, where the same failure means something else to a script. */
  exitCode?: ExitCode;
  cause?: unknown;
}

/** The one error class: code, message, state, hint, exit code and cause. */
export class ResyncError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly state: string | undefined;
  readonly hint: string | undefined;
  readonly reference: string | undefined;
  readonly facts: NonNullable<ErrorDetails["facts"]>;
  readonly retryable: boolean;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ResyncError";
    this.code = code;
    this.exitCode = details.exitCode ?? ERROR_EXIT[code];
    this.state = details.state;
    this.hint = details.hint;
    this.reference = details.reference;
    this.facts = details.facts ?? {};
    this.retryable = details.retryable ?? false;
  }

  /** The same failure with more said about it: used where a caller knows the state of things and the thrower could not. */
  with(more: Partial<ErrorDetails>): ResyncError {
    return new ResyncError(this.code, {
      message: more.message ?? this.message,
      state: more.state ?? this.state,
      hint: more.hint ?? this.hint,
      reference: more.reference ?? this.reference,
      facts: { ...this.facts, ...more.facts },
      retryable: more.retryable ?? this.retryable,
      exitCode: more.exitCode ?? this.exitCode,
      cause: more.cause ?? this.cause,
    });
  }
}

/** True when `error` is a `ResyncError` with one of `codes`. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is ResyncError {
  return error instanceof ResyncError && codes.includes(error.code);
}

/**
 * Any thrown thing as a `ResyncError`: a full disk, a missing right and the like by their own codes, whatever else is not one as `UNEXPECTED`. The
 * original is its cause.
 */
export function asResyncError(error: unknown): ResyncError {
  if (error instanceof ResyncError) return error;
  const trouble = troubleOf(error);
  if (trouble !== undefined) return troubleWith(pathOf(error), trouble, error);
  const message = error instanceof Error ? error.message : String(error);
  return new ResyncError("UNEXPECTED", {
    message: `Unexpected: ${message}`,
    hint: "This is a defect of resync. Please report it with the output of the same command and --verbose.",
    cause: error,
  });
}

function troubleWith(
  path: string | undefined,
  { code, says, hint, retryable = false }: ErrnoMeaning,
  cause: unknown,
): ResyncError {
  return new ResyncError(code, {
    message: `${path ?? "A file"} ${says}.`,
    ...(hint === undefined ? {} : { hint }),
    retryable,
    facts: { path: path ?? null },
    cause,
  });
}

/** What an aborted signal carries: the reason if it is a `ResyncError`, else `INTERRUPTED`. */
export function abortError(signal: AbortSignal): ResyncError {
  if (signal.reason instanceof ResyncError) return signal.reason;
  return new ResyncError("INTERRUPTED", { message: "Interrupted.", cause: signal.reason });
}

/** Throws `abortError` when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}
