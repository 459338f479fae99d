import { ResyncError } from "../../errors.ts";
import { malformed } from "../failures.ts";
import { slice, u16, u32 } from "../wire/read.ts";
import { readAvPairs, type AvPair } from "./av-pairs.ts";

/** `NTLMSSP` and a NUL: the start of each NTLM message (MS-NLMP 2.2.1). */
export const NTLM_SIGNATURE = Buffer.from("NTLMSSP\0", "latin1");

/** Negotiation flags that this client uses (MS-NLMP 2.2.2.5). */
export const NTLM_FLAG = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSessionSecurity: 0x8_0000,
  targetInfo: 0x80_0000,
  version: 0x200_0000,
  key128: 0x2000_0000,
  keyExchange: 0x4000_0000,
} as const;

/** All of them: what the client asks for. */
export const NTLM_WANTED = Object.values(NTLM_FLAG).reduce((all, flag) => all + flag, 0);

/** Version 10.0, build 19041, NTLM revision 15 (MS-NLMP 2.2.2.10): nobody decides by it. */
const VERSION = Buffer.from([10, 0, 0x61, 0x4a, 0, 0, 0, 15]);

/** NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  NTLM_SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(NTLM_WANTED, 12);
  VERSION.copy(message, 32);
  return message;
}

/** What a CHALLENGE_MESSAGE tells (MS-NLMP 2.2.1.2). */
export interface Challenge {
  /** The bytes as they came: the MIC covers them. */
  readonly message: Buffer;
  /** Flags that both sides have. */
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetInfo: readonly AvPair[];
}

/** Reads a challenge. Throws `PROTOCOL` for a damaged one, `AUTH_FAILED` when the server knows no NTLMv2. */
export function readChallenge(message: Buffer): Challenge {
  if (!slice(message, 0, 8).equals(NTLM_SIGNATURE) || u32(message, 8) !== 2)
    throw malformed("its NTLM challenge is none");
  const flags = (u32(message, 20) & NTLM_WANTED) >>> 0;
  const needed = NTLM_FLAG.unicode | NTLM_FLAG.extendedSessionSecurity | NTLM_FLAG.targetInfo;
  if ((flags & needed) !== needed) {
    throw new ResyncError("AUTH_FAILED", {
      message: "The server offers no NTLMv2 log-on, only older ones that give the password away.",
      hint: "Raise the server's LAN Manager authentication level, or use smb1:// if it is that old.",
    });
  }
  const targetInfo = readAvPairs(slice(message, u32(message, 44), u16(message, 40)));
  return { message, flags, serverChallenge: Buffer.from(slice(message, 24, 8)), targetInfo };
}

/** The fields of an AUTHENTICATE_MESSAGE. */
export interface AuthenticateFields {
  readonly flags: number;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly domain: Buffer;
  readonly user: Buffer;
  readonly workstation: Buffer;
  readonly encryptedSessionKey: Buffer;
}

const AUTHENTICATE_HEAD = 88;
/** Where the MIC stands in an AUTHENTICATE_MESSAGE; zero while it is computed. */
export const MIC_AT = 72;

/** AUTHENTICATE_MESSAGE with an empty MIC (MS-NLMP 2.2.1.3). */
export function authenticateMessage(fields: AuthenticateFields): Buffer {
  const head = Buffer.alloc(AUTHENTICATE_HEAD);
  NTLM_SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  const payload = [
    fields.lmResponse,
    fields.ntResponse,
    fields.domain,
    fields.user,
    fields.workstation,
    fields.encryptedSessionKey,
  ];
  let at = AUTHENTICATE_HEAD;
  payload.forEach((field, i) => {
    head.writeUInt16LE(field.length, 12 + i * 8);
    head.writeUInt16LE(field.length, 14 + i * 8);
    head.writeUInt32LE(at, 16 + i * 8);
    at += field.length;
  });
  head.writeUInt32LE(fields.flags, 60);
  VERSION.copy(head, 64);
  return Buffer.concat([head, ...payload]);
}
