import { asResyncError, EXIT, hasCode, type ResyncError } from "../errors.ts";

/** What a failure before the first change says of the state of things. */
export const UNTOUCHED = "The postoffice was not changed.";

/** A failure before the first change: a disk, a right or a share that stands in the way ends the run like a check that said no. */
export function beforeAnyChange(error: unknown): ResyncError {
  const failure = asResyncError(error);
  const inTheWay = hasCode(failure, "DISK_FULL", "ACCESS_DENIED", "READ_ONLY", "FILE_BUSY", "IO");
  return failure.with({ state: failure.state ?? UNTOUCHED, ...(inTheWay ? { exitCode: EXIT.preflight } : {}) });
}
