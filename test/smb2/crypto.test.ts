import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cmac } from "../../src/smb2/crypto/cmac.ts";
import { sessionKeys } from "../../src/smb2/crypto/kdf.ts";
import { md4 } from "../../src/smb2/crypto/md4.ts";
import { rc4 } from "../../src/smb2/crypto/rc4.ts";
import { CIPHER, seal, unseal, type CipherId } from "../../src/smb2/crypto/sealing.ts";
import { gmac, signMessage, verifyMessage, type SigningAlgorithm } from "../../src/smb2/crypto/signing.ts";
import { preauthHash } from "../../src/smb2/session/preauth.ts";
import { hex, PREAUTH, SEALED_300, SEALED_311, SESSION_300, SESSION_311 } from "./vectors.ts";

describe("published vectors", () => {
  it.each([
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["a", "bde52cb31de33e46245e05fbdbd6fb24"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    ["12345678901234567890".repeat(4), "e33b4ddc9c38f2199c3e7b164fcc0536"],
  ])("MD4 of %j (RFC 1320 A.5)", (text, digest) => {
    expect(md4(Buffer.from(text)).toString("hex")).toBe(digest);
  });

  it.each([
    ["0102030405", "b2396305f03dc027ccc3524a0a1118a8"],
    ["0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97"],
  ])("RC4 stream of key %s (RFC 6229)", (key, stream) => {
    expect(rc4(hex(key), Buffer.alloc(16)).toString("hex")).toBe(stream);
  });

  const MESSAGE = hex(`6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
    30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`);
  it.each([
    [0, "bb1d6929e95937287fa37d129b756746"],
    [16, "070a16b46b4d4144f79bdd9dd04a287c"],
    [40, "dfa66747de9ae63030ca32611497c827"],
    [64, "51f0bebf7e3b9d92fc49741779363cfe"],
  ])("AES-CMAC of %i bytes (RFC 4493 4)", (length, mac) => {
    const key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    expect(cmac(key, MESSAGE.subarray(0, length)).toString("hex")).toBe(mac);
  });

  it("AES-GMAC (NIST CAVP, gcmEncryptExtIV128, no plaintext, 128 bits of data)", () => {
    const tag = gmac(
      hex("77be63708971c4e240d1cb79e8d77feb"),
      hex("e0e00f19fed7ba0136a797f3"),
      hex("7a43ec1d9c0a5a78a0b16533a6213cab"),
    );
    expect(tag.toString("hex")).toBe("209fcc8d3675ed938e9c7166709dd946");
  });

  it("the hash over the negotiation, message by message (Microsoft, 2017)", () => {
    const preauth = preauthHash();
    for (const { what, message, hash } of PREAUTH) {
      preauth.add(message);
      expect(preauth.value.toString("hex"), what).toBe(hash.toString("hex"));
    }
  });

  it("keys of an SMB 3.0 and of an SMB 3.1.1 session (Microsoft, 2017)", () => {
    const { signing, encrypting, decrypting } = SESSION_300;
    expect(sessionKeys(0x0300, SESSION_300.sessionKey, Buffer.alloc(64), 128)).toEqual({
      signing,
      encrypting,
      decrypting,
    });
    expect(sessionKeys(0x0311, SESSION_311.sessionKey, SESSION_311.preauth, 128)).toEqual({
      signing: SESSION_311.signing,
      encrypting: SESSION_311.encrypting,
      decrypting: SESSION_311.decrypting,
    });
  });

  it("the signature of the server's last answer at a log-on (Microsoft, 2017)", () => {
    const message = Buffer.from(SESSION_311.signedAnswer);
    expect(verifyMessage("aes-cmac", SESSION_311.signing, message)).toBe(true);
    expect(message.equals(SESSION_311.signedAnswer)).toBe(true);
    message.writeUInt8(message.readUInt8(70) ^ 1, 70);
    expect(verifyMessage("aes-cmac", SESSION_311.signing, message)).toBe(false);
  });

  it.each([SEALED_300, SEALED_311])("encryption both ways, dialect $dialect (Microsoft, 2012 and 2015)", (vector) => {
    const keys = sessionKeys(vector.dialect, vector.sessionKey, vector.preauth, 128);
    expect(keys.encrypting).toEqual(vector.encrypting);
    expect(keys.decrypting).toEqual(vector.decrypting);
    const { cipher, sessionId } = vector;
    expect(unseal(cipher, keys.encrypting, sessionId, vector.request)).toEqual(vector.requestMessage);
    expect(unseal(cipher, keys.decrypting, sessionId, vector.answer)).toEqual(vector.answerMessage);
  });
});

const CIPHERS = Object.keys(CIPHER).map(Number) as CipherId[];
const ALGORITHMS: SigningAlgorithm[] = ["hmac-sha256", "aes-cmac", "aes-gmac"];
const message = fc.uint8Array({ minLength: 64, maxLength: 200_000 }).map((bytes) => Buffer.from(bytes));

describe("signing", () => {
  it("verifies what it signed, and nothing that was changed by one bit", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), message, fc.nat(), (algorithm, bytes, seed) => {
        const key = Buffer.alloc(16, 7);
        signMessage(algorithm, key, bytes);
        expect(verifyMessage(algorithm, key, bytes)).toBe(true);
        const bit = seed % (bytes.length * 8);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(verifyMessage(algorithm, key, bytes)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe("encryption", () => {
  it("gives back what went in, and refuses what was changed by one bit, cut or of another session", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CIPHERS), message, fc.nat(), (id, bytes, seed) => {
        const key = Buffer.alloc(CIPHER[id].bits / 8, 3);
        const packet = Buffer.concat(seal(id, key, 42n, 9n, bytes));
        expect(unseal(id, key, 42n, packet).equals(bytes)).toBe(true);
        expect(() => unseal(id, key, 43n, packet)).toThrow("another session");
        expect(() => unseal(id, key, 42n, packet.subarray(0, packet.length - 1))).toThrow("does not speak SMB");
        const bit = 32 + (seed % ((packet.length - 4) * 8));
        packet.writeUInt8(packet.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => unseal(id, key, 42n, packet)).toThrow("does not speak SMB");
      }),
      { numRuns: 60 },
    );
  });

  it("never uses a nonce twice", () => {
    const nonces = [0n, 1n, 2n, 255n, 256n].map((counter) =>
      (seal(2, Buffer.alloc(16), 1n, counter, Buffer.alloc(64))[0] ?? Buffer.alloc(0)).subarray(20, 32).toString("hex"),
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});
