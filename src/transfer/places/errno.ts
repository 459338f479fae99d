import { ERRNO_MEANING, errnoOf } from "../../errno.ts";
import { ResyncError } from "../../errors.ts";

/** A file system's error as a `ResyncError` about `path`; one that is a `ResyncError` already stays as it is. */
export function fromErrno(error: unknown, path: string): ResyncError {
  if (error instanceof ResyncError) return error;
  const errno = errnoOf(error);
  const meaning = ERRNO_MEANING[errno ?? ""] ?? {
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
