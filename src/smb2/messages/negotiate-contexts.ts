import { randomBytes } from "node:crypto";
import type { CipherId } from "../crypto/sealing.ts";
import type { SigningAlgorithm } from "../crypto/signing.ts";
import { malformed } from "../failures.ts";
import { slice, u16 } from "../wire/read.ts";

/** Context types of the negotiation (MS-SMB2 2.2.3.1). */
const CONTEXT = { preauth: 1, encryption: 2, signing: 8 } as const;
/** SHA-512: the only hash there is (MS-SMB2 2.2.3.1.1). */
const SHA_512 = 1;
/** Offered in this order; servers take the first they know: AES-128-GCM, 256-GCM, 128-CCM, 256-CCM. */
const CIPHERS: readonly CipherId[] = [2, 4, 1, 3];
/** By number (MS-SMB2 2.2.3.1.7). All are offered: a server that knows HMAC only refuses a list without it. */
const ALGORITHMS: readonly SigningAlgorithm[] = ["hmac-sha256", "aes-cmac", "aes-gmac"];
/** Contexts of an answer at the most; seven types are defined. */
const LIMIT = 32;

/** The contexts of a 3.1.1 offer, ready to stand behind the dialects, and how many they are. */
export function offeredContexts(): { bytes: Buffer; count: number } {
  const salt = randomBytes(32);
  const contexts = [
    contextOf(CONTEXT.preauth, Buffer.concat([words(1, salt.length, SHA_512), salt])),
    contextOf(CONTEXT.encryption, words(CIPHERS.length, ...CIPHERS)),
    contextOf(CONTEXT.signing, words(ALGORITHMS.length, 2, 1, 0)),
  ];
  return { bytes: Buffer.concat(contexts), count: contexts.length };
}

/** What the server chose. */
export interface ChosenContexts {
  readonly cipher: CipherId | undefined;
  readonly signing: SigningAlgorithm;
}

/** Reads `count` contexts of an answer from `at` on. Throws `PROTOCOL` for damage and for a choice that was not offered. */
export function readContexts(message: Buffer, at: number, count: number): ChosenContexts {
  if (count > LIMIT) throw malformed(`its negotiation has ${count} contexts`);
  let cipher: CipherId | undefined;
  let signing: SigningAlgorithm = "aes-cmac";
  let hash: number | undefined;
  let next = at;
  for (let i = 0; i < count; i++) {
    const length = u16(message, next + 2);
    const data = slice(message, next + 8, length);
    switch (u16(message, next)) {
      case CONTEXT.preauth:
        hash = u16(data, 4);
        break;
      case CONTEXT.encryption:
        cipher = chosenCipher(u16(data, 2));
        break;
      case CONTEXT.signing:
        signing = chosenAlgorithm(u16(data, 2));
        break;
      default:
    }
    next += 8 + length + ((8 - (length % 8)) % 8);
  }
  if (hash !== SHA_512) throw malformed("it chose SMB 3.1.1 without its protection of the negotiation");
  return { cipher, signing };
}

/** 0 means that the server has none of the offered ciphers (MS-SMB2 2.2.4.1.2). */
function chosenCipher(id: number): CipherId | undefined {
  const cipher = CIPHERS.find((known) => known === id);
  if (cipher === undefined && id !== 0) throw malformed(`it chose cipher ${id}, which was not offered`);
  return cipher;
}

function chosenAlgorithm(id: number): SigningAlgorithm {
  const algorithm = ALGORITHMS[id];
  if (algorithm === undefined) throw malformed(`it chose signing algorithm ${id}, which was not offered`);
  return algorithm;
}

function contextOf(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16LE(value, i * 2));
  return bytes;
}
