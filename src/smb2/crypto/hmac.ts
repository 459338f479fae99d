import { createHmac } from "node:crypto";

/** HMAC-MD5 over `parts` one after the other. */
export function hmacMd5(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const hmac = createHmac("md5", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
