import { hmacMd5 } from "../crypto/hmac.ts";
import { md4 } from "../crypto/md4.ts";
import { utf16 } from "../wire/text.ts";

/** NTOWFv2 (MS-NLMP 3.3.2): the key that stands for the password. */
export function ntowfv2(user: string, domain: string, password: string): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(simpleUpperCase(user) + domain));
}

/** What answers a challenge. */
export interface Responses {
  readonly nt: Buffer;
  readonly lm: Buffer;
  readonly sessionBaseKey: Buffer;
}

export interface ResponseInput {
  readonly key: Buffer;
  readonly serverChallenge: Buffer;
  readonly clientChallenge: Buffer;
  /** FILETIME, 8 bytes. */
  readonly time: Buffer;
  /** Target information with the client's own pairs, end mark included. */
  readonly targetInfo: Buffer;
}

/** ComputeResponse for NTLMv2 (MS-NLMP 3.3.2). */
export function ntlmv2Responses({ key, serverChallenge, clientChallenge, time, targetInfo }: ResponseInput): Responses {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]);
  const gap = Buffer.alloc(4);
  const temp = Buffer.concat([head, time, clientChallenge, gap, targetInfo, gap]);
  const proof = hmacMd5(key, serverChallenge, temp);
  return {
    nt: Buffer.concat([proof, temp]),
    lm: Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]),
    sessionBaseKey: hmacMd5(key, proof),
  };
}

/** Upper case as Windows has it: one character for one; `ß` has none and stays (`toUpperCase` would make `SS`). */
function simpleUpperCase(text: string): string {
  return text
    .split("")
    .map((unit) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit))
    .join("");
}
