import { sign, verify } from "node:crypto";
import { z } from "zod";
import { ResyncError } from "../../errors.ts";
import { encodeJson } from "../json.ts";
import type { SigningKey, TrustedKey } from "./keys.ts";

/** A signature as it stands in a manifest: the last of its members. */
export const signatureSchema = z.object({
  algorithm: z.literal("Ed25519"),
  /** The key's short name. */
  key: z.string().min(1).max(100),
  /** 64 bytes (RFC 8032), base64. */
  value: z.string().max(100),
});

export type Signature = Readonly<z.infer<typeof signatureSchema>>;

/**
 * `content` with a signature over its bytes. Signed are the bytes of the file as it would be written without a signature; the words in
 * `format`, at its beginning, keep one kind of content from being taken for another.
 */
export function signed<T extends object>(content: T, key: SigningKey): T & { readonly signature: Signature } {
  const unsigned = { ...content, signature: undefined };
  const value = sign(null, encodeJson(unsigned), key.privateKey).toString("base64");
  return { ...unsigned, signature: { algorithm: "Ed25519", key: key.id, value } };
}

/** `content`, signed where there is a key. */
export function signedBy<T extends object>(content: T, key: SigningKey | undefined): T {
  return key === undefined ? content : signed(content, key);
}

/**
 * Proves that `bytes`, the file that messages call `where`, were written and signed with one of `keys`, and returns that key. The bytes
 * must be exactly what `encodeJson` writes: one changed byte anywhere, even a blank, is refused. Throws `DELIVERY_NOT_TRUSTED`.
 */
export function proveSigned(bytes: Uint8Array, keys: readonly TrustedKey[], where: string): TrustedKey {
  const content = parseObject(bytes);
  if (content === undefined) throw notTrusted(where, "cannot be read");
  const { signature: given, ...unsigned } = content;
  if (given === undefined) throw notTrusted(where, "is not signed");
  const signature = signatureSchema.safeParse(given).data;
  if (signature === undefined) throw notTrusted(where, "has a signature that cannot be read");
  const key = keys.find(({ id }) => id === signature.key);
  if (key === undefined) throw notTrusted(where, `is signed with key ${signature.key}, which is not trusted here`);
  const value = Buffer.from(signature.value, "base64");
  const untouched = value.toString("base64") === signature.value && encodeJson(content).equals(bytes);
  if (untouched && verify(null, encodeJson(unsigned), key.publicKey, value)) return key;
  throw notTrusted(
    where,
    `was changed after it was signed with key ${key.id}, or was signed with another key of that name`,
  );
}

/** True when `bytes` prove signed with `key`. */
export function isSigned(bytes: Uint8Array, key: TrustedKey): boolean {
  try {
    proveSigned(bytes, [key], "");
    return true;
  } catch {
    return false;
  }
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
}

function notTrusted(where: string, why: string): ResyncError {
  return new ResyncError("DELIVERY_NOT_TRUSTED", {
    message: `${where} ${why}.`,
    state: "Nothing was taken; the postoffice was not touched.",
    hint: "Ask who pushed this list. It is taken when they push it again with --sign-key and the private half of a key that is trusted here.",
    facts: { where },
  });
}
