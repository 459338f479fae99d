import { createCipheriv, createDecipheriv } from "node:crypto";
import { malformed } from "../failures.ts";
import { PROTOCOL_ID } from "../wire/header.ts";
import { slice, u16, u32, u64 } from "../wire/read.ts";

/** Ciphers by their number in the negotiation (MS-SMB2 2.2.3.1.2). */
export const CIPHER = {
  1: { name: "aes-128-ccm", bits: 128, nonce: 11 },
  2: { name: "aes-128-gcm", bits: 128, nonce: 12 },
  3: { name: "aes-256-ccm", bits: 256, nonce: 11 },
  4: { name: "aes-256-gcm", bits: 256, nonce: 12 },
} as const;

export type CipherId = keyof typeof CIPHER;

/** Bytes of the TRANSFORM_HEADER in front of an encrypted message (MS-SMB2 2.2.41). */
export const TRANSFORM = 52;
const TAG = 16;
/** Authenticated, but not encrypted, begins behind protocol id and tag. */
const ASSOCIATED_AT = 20;
/** Bytes encrypted at once: what comes out is then still in the cache when it is sent, and small enough to be reused by the allocator. */
const PIECE = 65_536;

/**
 * Encrypts a message (MS-SMB2 3.1.4.3): the transform header, then the ciphertext in pieces. `counter` becomes the nonce and must never
 * come twice under one key; keys are new in each session.
 */
export function seal(id: CipherId, key: Buffer, sessionId: bigint, counter: bigint, message: Buffer): Buffer[] {
  const { name, nonce } = CIPHER[id];
  const header = Buffer.alloc(TRANSFORM);
  header.writeUInt32LE(PROTOCOL_ID.transform, 0);
  header.writeBigUInt64LE(counter, ASSOCIATED_AT);
  header.writeUInt32LE(message.length, 36);
  header.writeUInt16LE(1, 42);
  header.writeBigUInt64LE(sessionId, 44);
  const iv = header.subarray(ASSOCIATED_AT, ASSOCIATED_AT + nonce);
  const associated = header.subarray(ASSOCIATED_AT);
  if (name === "aes-128-ccm" || name === "aes-256-ccm") {
    const cipher = createCipheriv(name, key, iv, { authTagLength: TAG });
    cipher.setAAD(associated, { plaintextLength: message.length });
    const body = cipher.update(message);
    cipher.final();
    cipher.getAuthTag().copy(header, 4);
    return [header, body];
  }
  const cipher = createCipheriv(name, key, iv);
  cipher.setAAD(associated);
  const parts = [header];
  for (let at = 0; at < message.length; at += PIECE) parts.push(cipher.update(message.subarray(at, at + PIECE)));
  cipher.final();
  cipher.getAuthTag().copy(header, 4);
  return parts;
}

/** Decrypts a packet of the server (MS-SMB2 3.2.5.1.1). Throws `PROTOCOL` when it is not whole, not ours, or was changed on the way. */
export function unseal(id: CipherId, key: Buffer, sessionId: bigint, packet: Buffer): Buffer {
  const { name, nonce } = CIPHER[id];
  const body = slice(packet, TRANSFORM, packet.length - TRANSFORM);
  if (u32(packet, 36) !== body.length || u16(packet, 42) !== 1)
    throw malformed("the header of an encrypted answer is wrong");
  if (u64(packet, 44) !== sessionId) throw malformed("an encrypted answer belongs to another session");
  const iv = packet.subarray(ASSOCIATED_AT, ASSOCIATED_AT + nonce);
  const associated = packet.subarray(ASSOCIATED_AT, TRANSFORM);
  const tag = packet.subarray(4, 4 + TAG);
  try {
    if (name === "aes-128-ccm" || name === "aes-256-ccm") {
      const cipher = createDecipheriv(name, key, iv, { authTagLength: TAG });
      cipher.setAuthTag(tag);
      cipher.setAAD(associated, { plaintextLength: body.length });
      const message = cipher.update(body);
      cipher.final();
      return message;
    }
    const cipher = createDecipheriv(name, key, iv, { authTagLength: TAG });
    cipher.setAuthTag(tag);
    cipher.setAAD(associated);
    const message = cipher.update(body);
    cipher.final();
    return message;
  } catch (error) {
    throw malformed("an encrypted answer was changed on the way, or encrypted with another key", { cause: error });
  }
}
