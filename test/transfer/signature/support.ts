import { generateKeyPairSync } from "node:crypto";
import { fingerprint } from "../../../src/transfer/digest.ts";
import type { Manifest } from "../../../src/transfer/manifest.ts";
import { bytesOf } from "../../../src/transfer/bytes.ts";
import { signingKey, type SigningKey } from "../../../src/transfer/signature/keys.ts";

/** A new key pair. */
export function newKey(): SigningKey {
  return signingKey(generateKeyPairSync("ed25519").privateKey);
}

/** The manifest of `bytes`, not signed. */
export async function manifestOf(bytes: Uint8Array, more: Partial<Manifest> = {}): Promise<Manifest> {
  return {
    format: "msmail-resync-delivery",
    version: 1,
    id: "20261123-214030-k3f9",
    createdAt: "2026-11-23T21:40:30.000Z",
    tool: "resync 0.1.0",
    dss: "simulated:Zürich",
    requestors: ["NET/PO1", "Büro"],
    ...(await fingerprint(bytesOf(bytes))),
    header: { impSeq: 4, reqSeq: 74, srvSeq: 1820 },
    counts: null,
    ...more,
  };
}
