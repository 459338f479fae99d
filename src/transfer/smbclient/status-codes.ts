import type { ErrorCode } from "../../errors.ts";

/**
 * The status codes in what a Samba tool printed, in order: `NT_STATUS_…` and `WERR_…`. A code is not a text: it is the same in every
 * language. Exit statuses are no help: smbclient ends with 0 after a refused `del`, `net` with 0 after a refused `setvalue`.
 */
export function statusCodes(output: string): string[] {
  return (
    output
      .match(/\b(?:NT_STATUS|WERR)_[A-Z0-9_]+|\b(?:NT|DOS) code 0x[0-9a-f]{8}/gu)
      ?.filter((code) => !SUCCESS.has(code)) ?? []
  );
}

const SUCCESS = new Set(["NT_STATUS_OK", "WERR_OK"]);

/** The failure that the first telling code stands for; `undefined` when none of them is known. */
export function errorCodeOf(codes: readonly string[]): ErrorCode | undefined {
  for (const code of codes) {
    const found = ERRORS.find(([, names]) => names.includes(code.replace(/^(?:NT_STATUS|WERR)_/u, "")));
    if (found) return found[0];
  }
  return undefined;
}

/** Status names without their prefix, which only tells whether file sharing or RPC speaks. */
const ERRORS: readonly (readonly [ErrorCode, readonly string[]])[] = [
  [
    "AUTH_FAILED",
    [
      "LOGON_FAILURE",
      "WRONG_PASSWORD",
      "NO_SUCH_USER",
      "ACCOUNT_DISABLED",
      "ACCOUNT_EXPIRED",
      "ACCOUNT_LOCKED_OUT",
      "ACCOUNT_RESTRICTION",
      "PASSWORD_EXPIRED",
      "PASSWORD_MUST_CHANGE",
      "INVALID_LOGON_HOURS",
      "INVALID_WORKSTATION",
      "LOGON_TYPE_NOT_GRANTED",
      "NO_LOGON_SERVERS",
      "DOMAIN_CONTROLLER_NOT_FOUND",
      "TRUSTED_DOMAIN_FAILURE",
      "TRUSTED_RELATIONSHIP_FAILURE",
    ],
  ],
  ["ACCESS_DENIED", ["ACCESS_DENIED", "NETWORK_ACCESS_DENIED", "PRIVILEGE_NOT_HELD", "CANNOT_DELETE"]],
  [
    "NOT_FOUND",
    [
      "OBJECT_NAME_NOT_FOUND",
      "OBJECT_PATH_NOT_FOUND",
      "NO_SUCH_FILE",
      "NO_SUCH_DEVICE",
      "NOT_FOUND",
      "BAD_NETWORK_NAME",
      "FILE_NOT_FOUND",
      "PATH_NOT_FOUND",
      "SERVICE_DOES_NOT_EXIST",
    ],
  ],
  ["ALREADY_EXISTS", ["OBJECT_NAME_COLLISION", "FILE_EXISTS", "ALREADY_EXISTS"]],
  ["FILE_BUSY", ["SHARING_VIOLATION", "FILE_LOCK_CONFLICT", "LOCK_NOT_GRANTED", "DELETE_PENDING"]],
  ["DISK_FULL", ["DISK_FULL", "QUOTA_EXCEEDED"]],
  ["READ_ONLY", ["MEDIA_WRITE_PROTECTED"]],
  ["IS_A_FOLDER", ["FILE_IS_A_DIRECTORY"]],
  ["NOT_A_FOLDER", ["NOT_A_DIRECTORY"]],
  ["NAME_INVALID", ["OBJECT_NAME_INVALID", "OBJECT_PATH_SYNTAX_BAD", "INVALID_NAME"]],
  ["CONNECT_REFUSED", ["CONNECTION_REFUSED"]],
  ["CONNECT_FAILED", ["HOST_UNREACHABLE", "NETWORK_UNREACHABLE", "HOST_DOWN", "PORT_UNREACHABLE"]],
  ["STALLED", ["IO_TIMEOUT"]],
  [
    "CONNECTION_LOST",
    [
      "CONNECTION_DISCONNECTED",
      "CONNECTION_RESET",
      "CONNECTION_ABORTED",
      "CONNECTION_INVALID",
      "PIPE_DISCONNECTED",
      "PIPE_BROKEN",
      "NETWORK_NAME_DELETED",
      "USER_SESSION_DELETED",
      "END_OF_FILE",
    ],
  ],
  ["PROTOCOL", ["INVALID_NETWORK_RESPONSE", "BAD_NETWORK_PATH", "INVALID_PARAMETER", "NOT_SUPPORTED"]],
];
