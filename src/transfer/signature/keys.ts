import { createHash, createPublicKey, type KeyObject } from "node:crypto";

declare const keyIdBrand: unique symbol;
/** A key's short name: the first 16 hexadecimal digits of the SHA-256 of its public half (DER, RFC 8410). It finds a key; it proves nothing. */
export type KeyId = string & { readonly [keyIdBrand]: true };

/** A public key whose deliveries are taken. */
export interface TrustedKey {
  readonly id: KeyId;
  readonly publicKey: KeyObject;
}

/** A private key that signs deliveries, with its public half. */
export interface SigningKey extends TrustedKey {
  readonly privateKey: KeyObject;
}

/** A public key with its name. */
export function trustedKey(publicKey: KeyObject): TrustedKey {
  const id = createHash("sha256").update(derOf(publicKey)).digest("hex").slice(0, 16) as KeyId;
  return { id, publicKey };
}

/** A private key with its public half and its name. */
export function signingKey(privateKey: KeyObject): SigningKey {
  return { ...trustedKey(createPublicKey(privateKey)), privateKey };
}

/** A public key as one word: base64 of its DER form, 60 characters; the line between the marks of a PEM file. `readPublicKey` reads it back. */
export function showPublicKey({ publicKey }: TrustedKey): string {
  return derOf(publicKey).toString("base64");
}

/** What `showPublicKey` wrote; `undefined` for any other text. */
export function readPublicKey(text: string): TrustedKey | undefined {
  if (!/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/u.test(text)) return undefined;
  return trustedKey(createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" }));
}

function derOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: "der", type: "spki" });
}
