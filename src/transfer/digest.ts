import { createHash } from "node:crypto";

declare const shaBrand: unique symbol;
/** A SHA-256, 64 lower-case hexadecimal digits. */
export type Sha256 = string & { readonly [shaBrand]: true };

/** Size in bytes and SHA-256 of some bytes: what tells two files apart. */
export interface Fingerprint {
  readonly size: number;
  readonly sha256: Sha256;
}

/** Brands a text as a SHA-256. Returns `undefined` for anything but 64 hexadecimal digits. */
export function asSha256(text: string): Sha256 | undefined {
  const lower = text.toLowerCase();
  return /^[0-9a-f]{64}$/u.test(lower) ? (lower as Sha256) : undefined;
}

/** Reads `source` to its end and returns what it was. Throws what the source throws. */
export async function fingerprint(source: AsyncIterable<Uint8Array>): Promise<Fingerprint> {
  const meter = fingerprinting(source);
  for await (const chunk of meter.bytes) void chunk;
  return meter.result();
}

/** Passes `source` on and counts it; `result` is what has passed so far. For hashing while copying. */
export function fingerprinting(source: AsyncIterable<Uint8Array>): {
  bytes: AsyncIterable<Uint8Array>;
  result: () => Fingerprint;
} {
  const hash = createHash("sha256");
  let size = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  return { bytes: pass(), result: () => ({ size, sha256: hash.copy().digest("hex") as Sha256 }) };
}

/** True when both are the same bytes. */
export function sameBytes(a: Fingerprint, b: Fingerprint): boolean {
  return a.size === b.size && a.sha256 === b.sha256;
}

/** `12,345 bytes, SHA-256 3f9a2c…`: for people. */
export function showFingerprint(print: Fingerprint): string {
  return `${print.size.toLocaleString("en-US")} bytes, SHA-256 ${print.sha256.slice(0, 12)}…`;
}
