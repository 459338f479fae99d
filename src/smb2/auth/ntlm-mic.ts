import { createHash } from "node:crypto";
import { hmacMd5 } from "../crypto/hmac.ts";
import { rc4 } from "../crypto/rc4.ts";
import { NTLM_FLAG } from "./ntlm-messages.ts";

/** SIGNKEY and SEALKEY of the client's direction with a 128-bit session key (MS-NLMP 3.4.5.2, 3.4.5.3). */
export function clientKey(sessionKey: Buffer, purpose: "signing" | "sealing"): Buffer {
  return createHash("md5")
    .update(sessionKey)
    .update(`session key to client-to-server ${purpose} key magic constant\0`, "latin1")
    .digest();
}

/** The first signature of a session, as GSS_GetMIC makes it (MS-NLMP 3.4.4.2): SPNEGO's mechListMIC. */
export function firstMic(sessionKey: Buffer, flags: number, data: Buffer): Buffer {
  const sequence = Buffer.alloc(4);
  const sum = hmacMd5(clientKey(sessionKey, "signing"), sequence, data).subarray(0, 8);
  const exchanged = (flags & NTLM_FLAG.keyExchange) !== 0;
  const checksum = exchanged ? rc4(clientKey(sessionKey, "sealing"), sum) : sum;
  return Buffer.concat([Buffer.from([1, 0, 0, 0]), checksum, sequence]);
}
