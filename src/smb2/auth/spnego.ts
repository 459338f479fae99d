import { malformed } from "../failures.ts";
import { child, context, der, readElements, TAG } from "./der.ts";
import { NTLM_SIGNATURE } from "./ntlm-messages.ts";

/** 1.3.6.1.5.5.2 (RFC 4178) and 1.3.6.1.4.1.311.2.2.10 (MS-NLMP 1.9), with tag and length. */
const OID_SPNEGO = Buffer.from("06062b0601050502", "hex");
const OID_NTLM = Buffer.from("060a2b06010401823702020a", "hex");

/** The mechanisms that the client offers: NTLM only. The mechListMIC signs exactly these bytes. */
export const MECHANISMS = der(TAG.sequence, OID_NTLM);

/** NegTokenInit: the first message of a log-on (RFC 4178 4.2.1). */
export function firstToken(ntlm: Buffer): Buffer {
  const fields = [der(context(0), MECHANISMS), der(context(2), der(TAG.octets, ntlm))];
  return der(TAG.application, OID_SPNEGO, der(context(0), der(TAG.sequence, ...fields)));
}

/** NegTokenResp: an answer to the server (RFC 4178 4.2.2). Samba wants the mechListMIC when the NTLM message has a MIC. */
export function nextToken(ntlm: Buffer, mechListMic: Buffer): Buffer {
  const fields = [der(context(2), der(TAG.octets, ntlm)), der(context(3), der(TAG.octets, mechListMic))];
  return der(context(1), der(TAG.sequence, ...fields));
}

/** The NTLM message inside a server's NegTokenResp, or bare as some servers send it. Throws `PROTOCOL` when there is none. */
export function ntlmTokenIn(token: Buffer): Buffer {
  if (startsNtlm(token)) return token;
  const ntlm = child(child(child(child(token, context(1)), TAG.sequence), context(2)), TAG.octets);
  if (ntlm === undefined || !startsNtlm(ntlm)) throw malformed("its log-on answer has no NTLM challenge");
  return ntlm;
}

/**
 * False when the server lists what it accepts (NegTokenInit2, MS-SPNG 2.2.1) and NTLM is not among it: Kerberos only. A list that is
 * missing or cannot be read says nothing.
 */
export function mayTakeNtlm(token: Buffer): boolean {
  try {
    const mechanisms = child(
      child(child(child(child(token, TAG.application), context(0)), TAG.sequence), context(0)),
      TAG.sequence,
    );
    if (mechanisms === undefined) return true;
    const ntlm = OID_NTLM.subarray(2);
    return readElements(mechanisms).some(({ tag, body }) => tag === TAG.oid && body.equals(ntlm));
  } catch {
    return true;
  }
}

function startsNtlm(bytes: Buffer): boolean {
  return bytes.subarray(0, NTLM_SIGNATURE.length).equals(NTLM_SIGNATURE);
}
