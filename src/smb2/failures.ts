import { ResyncError, type ErrorDetails } from "../errors.ts";
import { statusHex, statusMeaning } from "./status.ts";

/** A server's bytes that break MS-SMB2's rules: damaged on the way, forged, or from no SMB server at all. */
export function malformed(message: string, more: Partial<ErrorDetails> = {}): ResyncError {
  return new ResyncError("PROTOCOL", {
    message: `The server does not speak SMB as it should: ${message}.`,
    hint: "Check the address, and that nothing between here and the server changes what passes.",
    ...more,
  });
}

/** A request that the server refused. `what` is the act and its object: `Creating smb://host/share/RESYNC.GLB`. */
export function refusal(what: string, status: number): ResyncError {
  const { name, code, meaning, hint } = statusMeaning(status);
  return new ResyncError(code, {
    message: `${what} failed: ${meaning} (${name}, ${statusHex(status)}).`,
    ...(hint === undefined ? {} : { hint }),
    facts: { ntStatus: statusHex(status), ntStatusName: name },
    retryable: code === "FILE_BUSY" || code === "CONNECTION_LOST" || code === "STALLED",
  });
}

/** True when `error` is a refusal with this NTSTATUS. */
export function hasStatus(error: unknown, ...statuses: number[]): error is ResyncError {
  if (!(error instanceof ResyncError)) return false;
  const hex = error.facts["ntStatus"];
  return statuses.some((status) => statusHex(status) === hex);
}
