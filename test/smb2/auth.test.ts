import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asResyncError, ResyncError } from "../../src/errors.ts";
import { readAvPairs, writeAvPairs } from "../../src/smb2/auth/av-pairs.ts";
import { der, readElements } from "../../src/smb2/auth/der.ts";
import { readChallenge } from "../../src/smb2/auth/ntlm-messages.ts";
import { clientKey, firstMic } from "../../src/smb2/auth/ntlm-mic.ts";
import { ntlmLogin } from "../../src/smb2/auth/ntlm.ts";
import { ntlmv2Responses, ntowfv2 } from "../../src/smb2/auth/ntlmv2.ts";
import { firstToken, MECHANISMS, mayTakeNtlm, ntlmTokenIn } from "../../src/smb2/auth/spnego.ts";
import { hmacMd5 } from "../../src/smb2/crypto/hmac.ts";
import { rc4 } from "../../src/smb2/crypto/rc4.ts";
import { utf16 } from "../../src/smb2/wire/text.ts";
import { hex, PREAUTH, SESSION_311 } from "./vectors.ts";

const CHALLENGE = ntlmTokenIn(PREAUTH[3].message.subarray(72));

describe("NTLMv2 (MS-NLMP 4.2.4)", () => {
  const key = ntowfv2("User", "Domain", "Password");
  const responses = ntlmv2Responses({
    key,
    serverChallenge: hex("0123456789abcdef"),
    clientChallenge: hex("aaaaaaaaaaaaaaaa"),
    time: Buffer.alloc(8),
    targetInfo: hex("02000c0044006f006d00610069006e0001000c00530065007200760065007200 00000000"),
  });

  it("makes the published key, responses and session key", () => {
    expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f");
    expect(responses.lm.toString("hex")).toBe("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
    expect(responses.nt.subarray(0, 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c");
    expect(responses.sessionBaseKey.toString("hex")).toBe("8de40ccadbc14a82f15cb0ad0de95ca3");
  });

  it("wraps the session key as published", () => {
    const wrapped = rc4(responses.sessionBaseKey, Buffer.alloc(16, 0x55));
    expect(wrapped.toString("hex")).toBe("c5dad2544fc9799094ce1ce90bc9d03e");
  });

  it("derives the published keys for signing and sealing, and with them the published signature", () => {
    const sessionKey = Buffer.alloc(16, 0x55);
    expect(clientKey(sessionKey, "signing").toString("hex")).toBe("4788dc861b4782f35d43fd98fe1a2d39");
    expect(clientKey(sessionKey, "sealing").toString("hex")).toBe("59f600973cc4960a25480a7c196e4c58");
    const text = utf16("Plaintext");
    const sum = hmacMd5(clientKey(sessionKey, "signing"), Buffer.alloc(4), text).subarray(0, 8);
    const stream = rc4(clientKey(sessionKey, "sealing"), Buffer.concat([text, sum]));
    expect(stream.toString("hex")).toBe("54e50165bf1936dc996020c1811b0f06fb5f7fb38ec5c55d4976");
  });

  it("takes the upper case of a user name letter by letter, as Windows does, and the domain as it is", () => {
    expect(ntowfv2("groß", "D", "x")).toEqual(ntowfv2("GROß", "D", "x"));
    expect(ntowfv2("müller", "D", "x")).toEqual(ntowfv2("MÜLLER", "D", "x"));
    expect(ntowfv2("user", "D", "x")).not.toEqual(ntowfv2("user", "d", "x"));
  });
});

describe("a log-on to Windows, as published by Microsoft (2017)", () => {
  it("signs the list of mechanisms as Windows does", () => {
    const { flags } = readChallenge(CHALLENGE);
    expect(firstMic(SESSION_311.sessionKey, flags, MECHANISMS)).toEqual(SESSION_311.mechListMic);
  });

  it("finds NTLM in the server's list, and sends a first token of the same form as Windows", () => {
    expect(mayTakeNtlm(PREAUTH[1].message.subarray(128, 128 + 0x140))).toBe(true);
    const windows = PREAUTH[2].message.subarray(88);
    const ntlm = windows.subarray(windows.length - 40);
    expect(firstToken(ntlm).equals(windows)).toBe(true);
  });

  it("answers the challenge with a MIC, the server's time and no LM response", () => {
    const login = ntlmLogin({ user: "administrator", domain: "SUT311", password: "x" }, "cifs/SUT311");
    const { message, sessionKey } = login.authenticate(CHALLENGE);
    const field = (at: number): Buffer =>
      message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at));
    expect(field(12)).toEqual(Buffer.alloc(24));
    expect(field(28).toString("utf16le")).toBe("SUT311");
    expect(field(36).toString("utf16le")).toBe("administrator");
    expect(field(20).subarray(24, 32).toString("hex")).toBe("a1a1f5adcbaed001");
    const pairs = new Map(readAvPairs(field(20).subarray(44)));
    expect(pairs.get(6)).toEqual(Buffer.from([2, 0, 0, 0]));
    expect(pairs.get(9)?.toString("utf16le")).toBe("cifs/SUT311");
    const withoutMic = Buffer.from(message).fill(0, 72, 88);
    expect(message.subarray(72, 88)).toEqual(hmacMd5(sessionKey, login.negotiate, CHALLENGE, withoutMic));
  });

  it("refuses a server that knows no NTLMv2, and takes one that sends no time without a MIC", () => {
    const old = Buffer.from(CHALLENGE);
    old.writeUInt32LE((old.readUInt32LE(20) & ~0x8_0000) >>> 0, 20);
    expect(() => readChallenge(old)).toThrow("no NTLMv2");
    const timeless = Buffer.from(CHALLENGE);
    timeless.writeUInt16LE(timeless.readUInt16LE(40) - 16, 40);
    const { message } = ntlmLogin({ user: "u", domain: "", password: "x" }, "cifs/h").authenticate(timeless);
    expect(message.subarray(72, 88)).toEqual(Buffer.alloc(16));
  });

  it("sees that a server takes Kerberos only", () => {
    const kerberos = hex("06092a864886f712010202");
    const list = der(0xa0, der(0x30, der(0xa0, der(0x30, kerberos))));
    expect(mayTakeNtlm(der(0x60, hex("06062b0601050502"), list))).toBe(false);
    expect(mayTakeNtlm(Buffer.alloc(0))).toBe(true);
    expect(mayTakeNtlm(Buffer.from("rubbish"))).toBe(true);
  });
});

describe("whatever a server sends as a token", () => {
  const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
  const damaged = fc
    .tuple(fc.nat(CHALLENGE.length - 1), fc.nat(255), fc.nat(CHALLENGE.length))
    .map(([at, value, cut]) => {
      const copy = Buffer.from(CHALLENGE);
      copy.writeUInt8(value, at);
      return copy.subarray(0, Math.max(cut, at + 1));
    });
  const isAnswerOrRefusal = (act: () => unknown): void => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(ResyncError);
      expect(asResyncError(error).code).toMatch(/^(?:PROTOCOL|AUTH_FAILED)$/u);
    }
  };

  it("is read or refused", () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (token) => {
        isAnswerOrRefusal(() => readElements(token));
        isAnswerOrRefusal(() => ntlmTokenIn(token));
        isAnswerOrRefusal(() => readAvPairs(token));
        isAnswerOrRefusal(() => ntlmLogin({ user: "u", domain: "d", password: "p" }, "cifs/h").authenticate(token));
        expect(mayTakeNtlm(token)).toBeTypeOf("boolean");
      }),
      { numRuns: 500 },
    );
  });

  it("comes back from writing and reading pairs and elements", () => {
    const pair = fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.uint8Array({ maxLength: 40 }).map((a) => Buffer.from(a)),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        expect(readAvPairs(writeAvPairs(pairs))).toEqual(pairs);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (body) => {
        if (body.length > 65_535) return;
        const [element] = readElements(der(0x04, body));
        expect(element?.body.equals(body)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
