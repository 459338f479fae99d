import { createCipheriv } from "node:crypto";

const BLOCK = 16;
const ZERO = Buffer.alloc(BLOCK);
/** Bytes encrypted at once; what comes out is thrown away, so it should stay small and in the cache. */
const PIECE = 16_384;

/** AES-128-CMAC (RFC 4493): 16 bytes. */
export function cmac(key: Uint8Array, data: Uint8Array): Buffer {
  const whole = data.length > 0 && data.length % BLOCK === 0;
  const cut = whole ? data.length - BLOCK : data.length - (data.length % BLOCK);
  const last = Buffer.alloc(BLOCK);
  last.set(data.subarray(cut));
  if (!whole) last[data.length - cut] = 0x80;
  const first = doubled(encryptBlock(key, ZERO));
  const subkey = whole ? first : doubled(first);
  for (let i = 0; i < BLOCK; i++) last[i] = (last[i] ?? 0) ^ (subkey[i] ?? 0);

  const chain = createCipheriv("aes-128-cbc", key, ZERO).setAutoPadding(false);
  for (let at = 0; at < cut; at += PIECE) chain.update(data.subarray(at, Math.min(cut, at + PIECE)));
  return chain.update(last);
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false).update(block);
}

/** RFC 4493 2.3: one bit to the left; what falls out comes back as 0x87. */
function doubled(block: Buffer): Buffer {
  const out = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i++) out[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  if ((block[0] ?? 0) & 0x80) out[BLOCK - 1] = (out[BLOCK - 1] ?? 0) ^ 0x87;
  return out;
}
