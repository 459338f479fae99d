import type { ErrorCode } from "../errors.ts";

/** What a server's NTSTATUS means to `resync`: its name, the code to decide by, and words for a person. */
export interface StatusMeaning {
  readonly name: string;
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly hint?: string;
}

/** NTSTATUS values that steer the client; all others are failures (MS-ERREF 2.3.1). */
export const STATUS = {
  success: 0,
  pending: 0x0000_0103,
  noMoreFiles: 0x8000_0006,
  invalidParameter: 0xc000_000d,
  invalidDeviceRequest: 0xc000_0010,
  noSuchFile: 0xc000_000f,
  endOfFile: 0xc000_0011,
  moreProcessingRequired: 0xc000_0016,
  accessDenied: 0xc000_0022,
  objectNameNotFound: 0xc000_0034,
  objectPathNotFound: 0xc000_003a,
  sharingViolation: 0xc000_0043,
  notSupported: 0xc000_00bb,
  notADirectory: 0xc000_0103,
  fileClosed: 0xc000_0128,
  userSessionDeleted: 0xc000_0203,
} as const;

const CHECK_LOGON = "Check user name, domain and password; log on by hand once to see what the server says.";
const ASK_ADMIN = "Ask whoever administers that server.";
const CLOSE_IT = "Close the program that has it open, or wait for it, then try again.";

const TABLE: Readonly<Record<number, readonly [name: string, code: ErrorCode, meaning: string, hint?: string]>> = {
  0x8000_0005: ["STATUS_BUFFER_OVERFLOW", "PROTOCOL", "the answer did not fit"],
  0x8000_0006: ["STATUS_NO_MORE_FILES", "NOT_FOUND", "there are no more files"],
  0xc000_0001: ["STATUS_UNSUCCESSFUL", "IO", "the server failed without saying why"],
  0xc000_0002: ["STATUS_NOT_IMPLEMENTED", "PROTOCOL", "the server does not know this request"],
  0xc000_0008: ["STATUS_INVALID_HANDLE", "IO", "the server has forgotten the open file"],
  0xc000_000d: ["STATUS_INVALID_PARAMETER", "PROTOCOL", "the server does not accept a value in the request"],
  0xc000_000f: ["STATUS_NO_SUCH_FILE", "NOT_FOUND", "there is no such file"],
  0xc000_0010: ["STATUS_INVALID_DEVICE_REQUEST", "PROTOCOL", "the server does not know this request"],
  0xc000_0011: ["STATUS_END_OF_FILE", "IO", "the file ends before that"],
  0xc000_0016: ["STATUS_MORE_PROCESSING_REQUIRED", "PROTOCOL", "the server wants the log-on to go on"],
  0xc000_0017: ["STATUS_NO_MEMORY", "IO", "the server is out of memory"],
  0xc000_0022: [
    "STATUS_ACCESS_DENIED",
    "ACCESS_DENIED",
    "the server denies access",
    "Check the rights of this user on the share and on the folder.",
  ],
  0xc000_0033: ["STATUS_OBJECT_NAME_INVALID", "NAME_INVALID", "the server cannot hold this name"],
  0xc000_0034: ["STATUS_OBJECT_NAME_NOT_FOUND", "NOT_FOUND", "there is nothing under this name"],
  0xc000_0035: ["STATUS_OBJECT_NAME_COLLISION", "ALREADY_EXISTS", "the name is taken"],
  0xc000_0039: ["STATUS_OBJECT_PATH_INVALID", "NAME_INVALID", "the server cannot hold this path"],
  0xc000_003a: ["STATUS_OBJECT_PATH_NOT_FOUND", "NOT_FOUND", "a folder on the way is missing"],
  0xc000_003b: ["STATUS_OBJECT_PATH_SYNTAX_BAD", "NAME_INVALID", "the server cannot hold this path"],
  0xc000_0043: ["STATUS_SHARING_VIOLATION", "FILE_BUSY", "somebody has the file open", CLOSE_IT],
  0xc000_0044: [
    "STATUS_QUOTA_EXCEEDED",
    "DISK_FULL",
    "this user's quota is used up",
    "Free space for this user, or raise the quota.",
  ],
  0xc000_0054: ["STATUS_FILE_LOCK_CONFLICT", "FILE_BUSY", "somebody has locked a part of the file", CLOSE_IT],
  0xc000_0056: [
    "STATUS_DELETE_PENDING",
    "FILE_BUSY",
    "the file was deleted while somebody still has it open",
    CLOSE_IT,
  ],
  0xc000_005e: [
    "STATUS_NO_LOGON_SERVERS",
    "AUTH_FAILED",
    "the server reaches no domain controller to check the password",
    ASK_ADMIN,
  ],
  0xc000_0061: ["STATUS_PRIVILEGE_NOT_HELD", "ACCESS_DENIED", "this user lacks a privilege for it"],
  0xc000_0064: ["STATUS_NO_SUCH_USER", "AUTH_FAILED", "the server does not know this user", CHECK_LOGON],
  0xc000_006a: ["STATUS_WRONG_PASSWORD", "AUTH_FAILED", "the password is wrong", CHECK_LOGON],
  0xc000_006d: ["STATUS_LOGON_FAILURE", "AUTH_FAILED", "user name or password is wrong", CHECK_LOGON],
  0xc000_006e: [
    "STATUS_ACCOUNT_RESTRICTION",
    "AUTH_FAILED",
    "the account may not log on like this: an empty password, or a policy",
    ASK_ADMIN,
  ],
  0xc000_006f: ["STATUS_INVALID_LOGON_HOURS", "AUTH_FAILED", "the account may not log on at this hour", ASK_ADMIN],
  0xc000_0070: ["STATUS_INVALID_WORKSTATION", "AUTH_FAILED", "the account may not log on from this machine", ASK_ADMIN],
  0xc000_0071: [
    "STATUS_PASSWORD_EXPIRED",
    "AUTH_FAILED",
    "the password has expired",
    "Log on to the server's domain once and set a new password.",
  ],
  0xc000_0072: ["STATUS_ACCOUNT_DISABLED", "AUTH_FAILED", "the account is disabled", ASK_ADMIN],
  0xc000_007f: ["STATUS_DISK_FULL", "DISK_FULL", "the disk there is full", "Free space there, then try again."],
  0xc000_009a: ["STATUS_INSUFFICIENT_RESOURCES", "IO", "the server is short of resources"],
  0xc000_00a2: ["STATUS_MEDIA_WRITE_PROTECTED", "READ_ONLY", "the medium is write-protected"],
  0xc000_00b5: ["STATUS_IO_TIMEOUT", "STALLED", "the server's own disk or back end did not answer it in time"],
  0xc000_00ba: ["STATUS_FILE_IS_A_DIRECTORY", "IS_A_FOLDER", "a folder stands under this name"],
  0xc000_00bb: ["STATUS_NOT_SUPPORTED", "PROTOCOL", "the server does not support it"],
  0xc000_00c3: ["STATUS_INVALID_NETWORK_RESPONSE", "PROTOCOL", "the server found the line's data damaged"],
  0xc000_00c9: ["STATUS_NETWORK_NAME_DELETED", "CONNECTION_LOST", "the share was taken away"],
  0xc000_00ca: ["STATUS_NETWORK_ACCESS_DENIED", "ACCESS_DENIED", "the server denies access over the network"],
  0xc000_00cb: ["STATUS_BAD_DEVICE_TYPE", "NOT_A_FOLDER", "the share is not a folder"],
  0xc000_00cc: [
    "STATUS_BAD_NETWORK_NAME",
    "NOT_FOUND",
    "there is no such share",
    "List the server's shares (net view, smbclient -L) and check the spelling.",
  ],
  0xc000_00cf: ["STATUS_SHARING_PAUSED", "IO", "the server has paused sharing"],
  0xc000_00d0: ["STATUS_REQUEST_NOT_ACCEPTED", "CONNECT_FAILED", "the server takes no more sessions"],
  0xc000_0101: ["STATUS_DIRECTORY_NOT_EMPTY", "IO", "the folder is not empty"],
  0xc000_0103: ["STATUS_NOT_A_DIRECTORY", "NOT_A_FOLDER", "it is not a folder"],
  0xc000_0120: ["STATUS_CANCELLED", "IO", "the server gave the request up"],
  0xc000_0121: ["STATUS_CANNOT_DELETE", "ACCESS_DENIED", "the server cannot delete it: it may be marked read-only"],
  0xc000_0128: ["STATUS_FILE_CLOSED", "IO", "the server has closed the file"],
  0xc000_015b: [
    "STATUS_LOGON_TYPE_NOT_GRANTED",
    "AUTH_FAILED",
    "the account may not log on over the network",
    ASK_ADMIN,
  ],
  0xc000_0193: ["STATUS_ACCOUNT_EXPIRED", "AUTH_FAILED", "the account has expired", ASK_ADMIN],
  0xc000_0203: ["STATUS_USER_SESSION_DELETED", "CONNECTION_LOST", "the server ended the session"],
  0xc000_0205: ["STATUS_INSUFF_SERVER_RESOURCES", "IO", "the server is short of resources"],
  0xc000_020c: ["STATUS_CONNECTION_DISCONNECTED", "CONNECTION_LOST", "the server lost a connection of its own"],
  0xc000_0224: [
    "STATUS_PASSWORD_MUST_CHANGE",
    "AUTH_FAILED",
    "the password must be changed before it works",
    "Log on to the server's domain once and set a new password.",
  ],
  0xc000_0234: [
    "STATUS_ACCOUNT_LOCKED_OUT",
    "AUTH_FAILED",
    "the account is locked after too many wrong passwords",
    ASK_ADMIN,
  ],
  0xc000_0257: [
    "STATUS_PATH_NOT_COVERED",
    "NOT_FOUND",
    "the folder lies on another server (DFS), where resync does not follow",
    "Give that server's own address: its Properties, DFS tab, in the Explorer shows it.",
  ],
  0xc000_035c: ["STATUS_NETWORK_SESSION_EXPIRED", "CONNECTION_LOST", "the session has expired"],
  0xc000_0413: [
    "STATUS_AUTHENTICATION_FIREWALL_FAILED",
    "AUTH_FAILED",
    "the account may not log on to this machine",
    ASK_ADMIN,
  ],
  0xc000_0418: [
    "STATUS_NTLM_BLOCKED",
    "AUTH_FAILED",
    "the server allows no NTLM log-on",
    "Allow NTLM for this account, or reach the share as a mounted path or UNC path instead.",
  ],
};

/** What an NTSTATUS means. One that is not listed becomes `IO`, or `PROTOCOL` for a success or warning where a failure was due. */
export function statusMeaning(status: number): StatusMeaning {
  const row = TABLE[status];
  if (row === undefined) {
    const name = status === STATUS.pending ? "STATUS_PENDING" : `NTSTATUS ${statusHex(status)}`;
    return { name, code: status >= 0xc000_0000 ? "IO" : "PROTOCOL", meaning: "the server refused it" };
  }
  const [name, code, meaning, hint] = row;
  return hint === undefined ? { name, code, meaning } : { name, code, meaning, hint };
}

/** `0xC0000034`: an NTSTATUS as the documentation writes it. */
export function statusHex(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(8, "0")}`;
}
