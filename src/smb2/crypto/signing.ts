import { createCipheriv, createHmac, timingSafeEqual } from "node:crypto";
import { COMMAND, FLAG, HEADER, SIGNATURE_AT } from "../wire/header.ts";
import { cmac } from "./cmac.ts";

export type SigningAlgorithm = "hmac-sha256" | "aes-cmac" | "aes-gmac";

/** Marks `message` as signed and writes its signature into it (MS-SMB2 3.1.4.1). */
export function signMessage(algorithm: SigningAlgorithm, key: Buffer, message: Buffer): void {
  message.writeUInt32LE((message.readUInt32LE(16) | FLAG.signed) >>> 0, 16);
  message.fill(0, SIGNATURE_AT, HEADER);
  signatureOf(algorithm, key, message).copy(message, SIGNATURE_AT);
}

/** True when `message` bears the signature that its bytes must have (MS-SMB2 3.1.5.1). The message is as before afterwards. */
export function verifyMessage(algorithm: SigningAlgorithm, key: Buffer, message: Buffer): boolean {
  if (message.length < HEADER || (message.readUInt32LE(16) & FLAG.signed) === 0) return false;
  const given = Buffer.from(message.subarray(SIGNATURE_AT, HEADER));
  message.fill(0, SIGNATURE_AT, HEADER);
  const due = signatureOf(algorithm, key, message);
  given.copy(message, SIGNATURE_AT);
  return timingSafeEqual(given, due);
}

function signatureOf(algorithm: SigningAlgorithm, key: Buffer, message: Buffer): Buffer {
  switch (algorithm) {
    case "hmac-sha256":
      return createHmac("sha256", key).update(message).digest().subarray(0, 16);
    case "aes-cmac":
      return cmac(key, message);
    case "aes-gmac":
      return gmac(key, gmacNonce(message), message);
  }
}

/** AES-128-GMAC: GCM over no plaintext (NIST SP 800-38D). */
export function gmac(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  cipher.setAAD(data);
  cipher.final();
  return cipher.getAuthTag();
}

/** MS-SMB2 3.1.4.1: message id, then one bit for "from the server" and one for CANCEL. */
function gmacNonce(message: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  message.copy(nonce, 0, 24, 32);
  const fromServer = message.readUInt32LE(16) & FLAG.fromServer;
  const cancel = message.readUInt16LE(12) === COMMAND.cancel ? 2 : 0;
  nonce.writeUInt32LE(fromServer | cancel, 8);
  return nonce;
}
