import type { CipherId } from "../crypto/sealing.ts";
import type { SigningAlgorithm } from "../crypto/signing.ts";
import { malformed } from "../failures.ts";
import { CREDIT_BYTES, DIALECT, LARGEST_CHUNK, type Dialect } from "../options.ts";
import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { slice, u16, u32 } from "../wire/read.ts";
import { offeredContexts, readContexts } from "./negotiate-contexts.ts";

/** Security modes (MS-SMB2 2.2.3). */
export const SECURITY_MODE = { signingEnabled: 1, signingRequired: 2 } as const;
/** Capabilities (MS-SMB2 2.2.3). */
const CAPABILITY = { largeMtu: 0x4, encryption: 0x40 } as const;

/** What the client offers; VALIDATE_NEGOTIATE_INFO repeats it under a signature. */
export interface Offer {
  readonly dialects: readonly Dialect[];
  readonly securityMode: number;
  readonly capabilities: number;
  readonly clientGuid: Buffer;
}

/** An offer of `dialects`; encryption is an affair of SMB 3. `clientGuid` is 16 bytes. */
export function makeOffer(dialects: readonly Dialect[], signingRequired: boolean, clientGuid: Buffer): Offer {
  const smb3 = dialects.some((dialect) => dialect >= DIALECT.smb300);
  return {
    dialects,
    securityMode: SECURITY_MODE.signingEnabled | (signingRequired ? SECURITY_MODE.signingRequired : 0),
    capabilities: CAPABILITY.largeMtu | (smb3 ? CAPABILITY.encryption : 0),
    clientGuid,
  };
}

/** NEGOTIATE (MS-SMB2 2.2.3). */
export function negotiateRequest(offer: Offer): Buffer {
  const fixed = 36;
  const dialectBytes = offer.dialects.length * 2;
  const contexts = offer.dialects.includes(DIALECT.smb311) ? offeredContexts() : undefined;
  const contextsAt = Math.ceil((HEADER + fixed + dialectBytes) / 8) * 8;
  const frame = newFrame(contexts === undefined ? fixed + dialectBytes : contextsAt - HEADER + contexts.bytes.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(fixed, 0);
  body.writeUInt16LE(offer.dialects.length, 2);
  body.writeUInt16LE(offer.securityMode, 4);
  body.writeUInt32LE(offer.capabilities, 8);
  offer.clientGuid.copy(body, 12);
  offer.dialects.forEach((dialect, i) => body.writeUInt16LE(dialect, fixed + i * 2));
  if (contexts !== undefined) {
    body.writeUInt32LE(contextsAt, 28);
    body.writeUInt16LE(contexts.count, 32);
    contexts.bytes.copy(body, contextsAt - HEADER);
  }
  return frame;
}

/** What client and server agreed on. */
export interface Agreement {
  readonly dialect: Dialect;
  readonly securityMode: number;
  readonly capabilities: number;
  readonly serverGuid: Buffer;
  /** Bytes of one read and of one write at the most. */
  readonly maxRead: number;
  readonly maxWrite: number;
  /** `undefined`: this connection cannot be encrypted. */
  readonly cipher: CipherId | undefined;
  readonly signing: SigningAlgorithm;
  /** The server's first log-on token; it may be empty. */
  readonly token: Buffer;
}

/** Reads the answer to NEGOTIATE (MS-SMB2 2.2.4, 3.2.5.2). Throws `PROTOCOL` for damage or for what was not offered. */
export function readNegotiateAnswer(message: Buffer, offer: Offer): Agreement {
  const chosen = u16(message, HEADER + 4);
  const dialect = offer.dialects.find((offered) => offered === chosen);
  if (dialect === undefined) throw malformed(`it chose dialect 0x${chosen.toString(16)}, which was not offered`);
  const capabilities = u32(message, HEADER + 24);
  const large = dialect > DIALECT.smb202 && (capabilities & CAPABILITY.largeMtu) !== 0;
  const chunk = (announced: number): number => {
    if (announced < 4096) throw malformed(`it takes ${announced} bytes at once`);
    return Math.min(announced, large ? LARGEST_CHUNK : CREDIT_BYTES);
  };
  const contexts =
    dialect === DIALECT.smb311
      ? readContexts(message, u32(message, HEADER + 60), u16(message, HEADER + 6))
      : olderChoice(dialect, capabilities);
  return {
    dialect,
    securityMode: u16(message, HEADER + 2),
    capabilities,
    serverGuid: slice(message, HEADER + 8, 16),
    maxRead: chunk(u32(message, HEADER + 32)),
    maxWrite: chunk(u32(message, HEADER + 36)),
    ...contexts,
    token: slice(message, u16(message, HEADER + 56), u16(message, HEADER + 58)),
  };
}

/** Before 3.1.1 nothing is chosen: SMB 3.0 has AES-128-CCM and CMAC, SMB 2 has HMAC-SHA256 and no encryption. */
function olderChoice(
  dialect: Dialect,
  capabilities: number,
): { cipher: CipherId | undefined; signing: SigningAlgorithm } {
  if (dialect < DIALECT.smb300) return { cipher: undefined, signing: "hmac-sha256" };
  return { cipher: (capabilities & CAPABILITY.encryption) === 0 ? undefined : 1, signing: "aes-cmac" };
}
