import { createHash } from "node:crypto";

/** A public key as it goes over the wire (RFC 4253 6.6): its type is the first string in it. */
export type KeyBlob = Buffer;

/** The fingerprint that OpenSSH shows: `SHA256:` and base64 without padding. */
export function keyFingerprint(blob: KeyBlob): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/u, "")}`;
}

/** `ssh-ed25519` and the like; `undefined` when the bytes are no public key. */
export function keyType(blob: KeyBlob): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || blob.length < 4 + length) return undefined;
  const type = blob.toString("latin1", 4, 4 + length);
  return /^[\x21-\x7e]+$/u.test(type) ? type : undefined;
}

/** A key for people: `ssh-ed25519 SHA256:…`. */
export function showKey(blob: KeyBlob): string {
  return `${keyType(blob) ?? "unknown type"} ${keyFingerprint(blob)}`;
}
