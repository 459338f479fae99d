import type { SessionKeys } from "../crypto/kdf.ts";
import { seal, unseal, type CipherId } from "../crypto/sealing.ts";
import { signMessage, verifyMessage, type SigningAlgorithm } from "../crypto/signing.ts";
import { malformed } from "../failures.ts";

/** How a request goes, and how its answer must come: in the clear, signed, or encrypted. */
export type Protection = "plain" | "signed" | "sealed";

/** A session's keys at work. */
export interface Guard {
  sign(message: Buffer): void;
  verify(message: Buffer): boolean;
  seal(message: Buffer): Buffer[];
  /** Throws `PROTOCOL` for a packet that was changed or is not of this session. */
  unseal(packet: Buffer): Buffer;
}

export interface GuardSettings {
  readonly sessionId: bigint;
  readonly keys: SessionKeys;
  readonly signing: SigningAlgorithm;
  readonly cipher: CipherId | undefined;
}

/** The guard of a session that has its keys. */
export function sessionGuard({ sessionId, keys, signing, cipher }: GuardSettings): Guard {
  let sealed = 0n;
  return {
    sign: (message) => signMessage(signing, keys.signing, message),
    verify: (message) => verifyMessage(signing, keys.signing, message),
    seal: (message) => {
      if (cipher === undefined) throw malformed("encryption is wanted but was not agreed on");
      return seal(cipher, keys.encrypting, sessionId, sealed++, message);
    },
    unseal: (packet) => {
      if (cipher === undefined) throw malformed("it sent an encrypted answer although none was agreed on");
      return unseal(cipher, keys.decrypting, sessionId, packet);
    },
  };
}
