import { randomBytes } from "node:crypto";
import { hmacMd5 } from "../crypto/hmac.ts";
import { rc4 } from "../crypto/rc4.ts";
import type { Credentials } from "../options.ts";
import { filetimeOf } from "../wire/filetime.ts";
import { utf16 } from "../wire/text.ts";
import { AV, writeAvPairs, type AvPair } from "./av-pairs.ts";
import {
  authenticateMessage,
  MIC_AT,
  negotiateMessage,
  NTLM_FLAG,
  readChallenge,
  type Challenge,
} from "./ntlm-messages.ts";
import { ntlmv2Responses, ntowfv2 } from "./ntlmv2.ts";

/** What answers a server's challenge, and what both sides know afterwards. */
export interface Authenticated {
  readonly message: Buffer;
  readonly sessionKey: Buffer;
  readonly flags: number;
}

/** An NTLMv2 log-on under way (MS-NLMP 3.1.5): the first message, then the answer to the challenge. */
export interface NtlmLogin {
  readonly negotiate: Buffer;
  /** Throws `PROTOCOL` for a damaged challenge and `AUTH_FAILED` for one that allows no NTLMv2. */
  authenticate(challenge: Buffer): Authenticated;
}

/** Starts a log-on to the service `targetName`, such as `cifs/host`. */
export function ntlmLogin(credentials: Credentials, targetName: string): NtlmLogin {
  const negotiate = negotiateMessage();
  return {
    negotiate,
    authenticate: (bytes) => authenticate(credentials, targetName, negotiate, readChallenge(bytes)),
  };
}

function authenticate(
  credentials: Credentials,
  targetName: string,
  negotiate: Buffer,
  challenge: Challenge,
): Authenticated {
  const { user, domain, password } = credentials;
  const serverTime = challenge.targetInfo.find(([id]) => id === AV.timestamp)?.[1];
  const { nt, lm, sessionBaseKey } = ntlmv2Responses({
    key: ntowfv2(user, domain, password),
    serverChallenge: challenge.serverChallenge,
    clientChallenge: randomBytes(8),
    time: serverTime?.length === 8 ? serverTime : now(),
    targetInfo: writeAvPairs(answeredPairs(challenge.targetInfo, targetName, serverTime !== undefined)),
  });
  const exchange = (challenge.flags & NTLM_FLAG.keyExchange) !== 0;
  const sessionKey = exchange ? randomBytes(16) : sessionBaseKey;
  const message = authenticateMessage({
    flags: challenge.flags,
    // A server that sends its time wants no LM response (MS-NLMP 3.1.5.1.2).
    lmResponse: serverTime === undefined ? lm : Buffer.alloc(24),
    ntResponse: nt,
    domain: utf16(domain),
    user: utf16(user),
    workstation: Buffer.alloc(0),
    encryptedSessionKey: exchange ? rc4(sessionBaseKey, sessionKey) : Buffer.alloc(0),
  });
  if (serverTime !== undefined) hmacMd5(sessionKey, negotiate, challenge.message, message).copy(message, MIC_AT);
  return { message, sessionKey, flags: challenge.flags };
}

/** The server's pairs and the client's: MIC present, target name, no channel bindings (MS-NLMP 3.1.5.1.2). */
function answeredPairs(pairs: readonly AvPair[], targetName: string, mic: boolean): AvPair[] {
  const own: AvPair[] = [
    ...(mic ? [[AV.flags, Buffer.from([2, 0, 0, 0])] as const] : []),
    [AV.targetName, utf16(targetName)],
    [AV.channelBindings, Buffer.alloc(16)],
  ];
  const ids = new Set(own.map(([id]) => id));
  return [...pairs.filter(([id]) => !ids.has(id)), ...own];
}

function now(): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(filetimeOf(new Date()));
  return time;
}
