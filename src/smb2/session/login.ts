import { ResyncError } from "../../errors.ts";
import { firstMic } from "../auth/ntlm-mic.ts";
import { ntlmLogin } from "../auth/ntlm.ts";
import { firstToken, mayTakeNtlm, MECHANISMS, nextToken, ntlmTokenIn } from "../auth/spnego.ts";
import type { Answer, Connection } from "../connection/connection.ts";
import { sessionGuard } from "../connection/guard.ts";
import { sessionKeys } from "../crypto/kdf.ts";
import { CIPHER } from "../crypto/sealing.ts";
import { malformed, refusal } from "../failures.ts";
import { SECURITY_MODE } from "../messages/negotiate.ts";
import { readSessionSetupAnswer, SESSION_FLAG, sessionSetupRequest } from "../messages/session-setup.ts";
import { DIALECT, type SmbOptions } from "../options.ts";
import { STATUS } from "../status.ts";
import { COMMAND, FLAG } from "../wire/header.ts";
import { takeLost } from "./lost-sessions.ts";
import { dialectName, type Negotiated } from "./negotiate.ts";

/**
 * Logs on by NTLMv2 and sets the connection's keys and protection (MS-SMB2 3.2.4.2.3, 3.2.5.3). Throws `AUTH_FAILED` when the server
 * refuses or lets the user in as a guest only, `PROTOCOL` when it cannot protect the session as asked.
 */
export async function login(
  connection: Connection,
  { agreement, offer, preauth }: Negotiated,
  options: SmbOptions,
): Promise<void> {
  const { credentials, host, signal } = options;
  const who = `Logging on to ${connection.peer} as ${accountName(credentials)}`;
  if (!mayTakeNtlm(agreement.token)) throw kerberosOnly(who);
  const previous = takeLost(options);
  const setUp = async (token: Buffer): Promise<Answer> => {
    const request = sessionSetupRequest(offer.securityMode, token, previous);
    return connection.send(COMMAND.sessionSetup, request, { signal, onMessage: preauth.add });
  };

  const ntlm = ntlmLogin(credentials, `cifs/${host}`);
  const challenge = await setUp(firstToken(ntlm.negotiate));
  if (challenge.header.status !== STATUS.moreProcessingRequired) throw refusal(who, challenge.header.status);
  preauth.add(challenge.message);
  connection.state.sessionId = challenge.header.sessionId;

  const answered = ntlm.authenticate(ntlmTokenIn(readSessionSetupAnswer(challenge.message).token));
  const mic = firstMic(answered.sessionKey, answered.flags, MECHANISMS);
  const last = await setUp(nextToken(answered.message, mic));
  if (last.header.status !== STATUS.success) throw refusal(who, last.header.status);
  const { flags } = readSessionSetupAnswer(last.message);
  if ((flags & (SESSION_FLAG.guest | SESSION_FLAG.anonymous)) !== 0) throw guestOnly(who);

  const bits = agreement.cipher === undefined ? 128 : CIPHER[agreement.cipher].bits;
  const guard = sessionGuard({
    sessionId: last.header.sessionId,
    keys: sessionKeys(agreement.dialect, answered.sessionKey, preauth.value, bits),
    signing: agreement.signing,
    cipher: agreement.cipher,
  });
  const required = signingRequired(offer.securityMode, agreement.securityMode);
  const mustBeSigned = required || agreement.dialect === DIALECT.smb311 || (last.header.flags & FLAG.signed) !== 0;
  if (mustBeSigned && !guard.verify(last.message)) throw forgedLogin();
  connection.state.guard = guard;
  connection.state.protection = required ? "signed" : "plain";
  if ((flags & SESSION_FLAG.encrypt) !== 0 || options.encryption === "required") {
    encryptFromNowOn(connection, agreement.cipher !== undefined, dialectName(agreement.dialect));
  }
}

/** Encrypts whatever follows. Throws `PROTOCOL` where the dialect agreed on cannot. */
export function encryptFromNowOn(connection: Connection, possible: boolean, dialect: string): void {
  if (!possible) {
    throw new ResyncError("PROTOCOL", {
      message: `Encryption is required, but ${connection.peer} speaks SMB ${dialect} with us and that without encryption.`,
      hint: "Encryption needs SMB 3.0 or later on the server. Turn it on there, or do not require it.",
    });
  }
  connection.state.protection = "sealed";
}

/** MS-SMB2 3.2.5.3.1: required as soon as either side requires it. */
function signingRequired(client: number, server: number): boolean {
  return ((client | server) & SECURITY_MODE.signingRequired) !== 0;
}

function accountName({ user, domain }: SmbOptions["credentials"]): string {
  return domain === "" ? user : `${domain}\\${user}`;
}

function guestOnly(who: string): ResyncError {
  return new ResyncError("AUTH_FAILED", {
    message: `${who} failed: the server let this user in as a guest only, which it does for unknown users.`,
    state: "Nothing was written: a guest's session is neither signed nor encrypted.",
    hint: "Check user name, domain and password.",
    facts: { guest: true },
  });
}

function kerberosOnly(who: string): ResyncError {
  return new ResyncError("AUTH_FAILED", {
    message: `${who} failed: the server takes no NTLM log-on, only Kerberos or certificates.`,
    hint: "Allow NTLM for this account, or reach the share as a mounted path or UNC path instead.",
  });
}

function forgedLogin(): ResyncError {
  return malformed("its last word at the log-on is not signed with the key that only it can know", {
    hint: "Somebody on the way may have changed the negotiation, or the server cannot sign. A session that cannot be signed is not used.",
  });
}
