import { getText, putText } from "./text.ts";

export const ACCESS_SIZE = 586;
export const ACCESS2_SIZE = 69;
export const ACCESS3_SIZE = 512;

/** A local user as the ACCESS files hold it. Places within the records and the "encryption" are assumptions; sizes are Q77926. */
export interface LocalUser {
  readonly mailbox: string;
  readonly alias: string;
  readonly password: string;
  readonly administrator: boolean;
  /** 8 hex digits of the user's MBG and KEY. */
  readonly file: string;
}

/** ACCESS.GLB: environment, and the password, which is not in clear text there (Q130322). */
export function encodeAccess(user: LocalUser): Buffer {
  const bytes = Buffer.alloc(ACCESS_SIZE);
  bytes[0] = 1;
  putText(bytes, 1, 11, user.mailbox);
  putText(bytes, 12, 31, user.alias);
  putText(bytes, 43, 9, user.password);
  for (let at = 43; at < 52; at++) bytes[at] = (bytes[at] ?? 0) ^ MASK;
  bytes[52] = user.administrator ? 1 : 0;
  return bytes;
}

/** ACCESS2.GLB: the login check, with the mailbag's file name (Q87402). */
export function encodeAccess2(user: LocalUser): Buffer {
  const bytes = Buffer.alloc(ACCESS2_SIZE);
  bytes[0] = 1;
  putText(bytes, 1, 11, user.mailbox);
  putText(bytes, 12, 9, user.file);
  return bytes;
}

/** One local user out of the records with the same index in ACCESS.GLB and ACCESS2.GLB. */
export function decodeAccess(access: Buffer, access2: Buffer): LocalUser {
  const password = Buffer.from(access.subarray(43, 52).map((byte) => byte ^ MASK));
  return {
    mailbox: getText(access, 1, 11),
    alias: getText(access, 12, 31),
    password: getText(password, 0, 9),
    administrator: access[52] === 1,
    file: getText(access2, 12, 9),
  };
}

const MASK = 0xa5;
