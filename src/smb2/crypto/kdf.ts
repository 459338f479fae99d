import { createHmac } from "node:crypto";
import { DIALECT, type Dialect } from "../options.ts";

/**
 * The key derivation of SMB 3: NIST SP 800-108 in counter mode with HMAC-SHA256, one round, counter and length 32 bits, big endian
 * (MS-SMB2 3.1.4.2). `label` and `context` as they stand there, with their terminating NUL where they have one.
 */
export function deriveKey(key: Uint8Array, label: Uint8Array, context: Uint8Array, bits: 128 | 256): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bits);
  return createHmac("sha256", key)
    .update(Buffer.from([0, 0, 0, 1]))
    .update(label)
    .update(Buffer.from([0]))
    .update(context)
    .update(length)
    .digest()
    .subarray(0, bits / 8);
}

/** The keys of a session, named from the client's side. */
export interface SessionKeys {
  readonly signing: Buffer;
  /** For what the client sends. */
  readonly encrypting: Buffer;
  /** For what the server sends. */
  readonly decrypting: Buffer;
}

/**
 * The keys of a session (MS-SMB2 3.2.5.3.1). `preauth` is the SHA-512 over negotiation and log-on that 3.1.1 binds its keys to; the
 * other dialects do not look at it. `cipherBits` is the key length of the cipher agreed on.
 */
export function sessionKeys(dialect: Dialect, sessionKey: Buffer, preauth: Buffer, cipherBits: 128 | 256): SessionKeys {
  if (dialect < DIALECT.smb300) return { signing: sessionKey, encrypting: sessionKey, decrypting: sessionKey };
  if (dialect < DIALECT.smb311) {
    return {
      signing: deriveKey(sessionKey, cString("SMB2AESCMAC"), cString("SmbSign"), 128),
      encrypting: deriveKey(sessionKey, cString("SMB2AESCCM"), cString("ServerIn "), 128),
      decrypting: deriveKey(sessionKey, cString("SMB2AESCCM"), cString("ServerOut"), 128),
    };
  }
  return {
    signing: deriveKey(sessionKey, cString("SMBSigningKey"), preauth, 128),
    encrypting: deriveKey(sessionKey, cString("SMBC2SCipherKey"), preauth, cipherBits),
    decrypting: deriveKey(sessionKey, cString("SMBS2CCipherKey"), preauth, cipherBits),
  };
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, "latin1");
}
