import { describe, expect, it } from "vitest";
import { ResyncError } from "../../src/errors.ts";
import { DIALECT } from "../../src/smb2/options.ts";
import { COMMAND } from "../../src/smb2/wire/header.ts";
import { DIALECTS, openOn, openPeer } from "./open-peer.ts";
import { startPeer, type PeerScript } from "./peer.ts";

describe("a session", () => {
  it.each(DIALECTS)("comes about in dialect 0x%s and is signed", async (dialect) => {
    const { share, peer } = await openPeer({ dialect });
    const signing = { 0x0300: "aes-cmac", 0x0302: "aes-cmac", 0x0311: "aes-gmac" }[dialect as number] ?? "hmac-sha256";
    expect(share.session).toMatchObject({ signing, encryption: "none" });
    expect(share.label).toBe("//peer/share");
    await share.close();
    expect(peer.seen.at(-1)).toBe(COMMAND.logoff);
    expect(peer.ended).toBe(true);
  });

  it.each([
    { dialect: DIALECT.smb300, encryption: "aes-128-ccm" },
    { dialect: DIALECT.smb311, encryption: "aes-128-gcm" },
  ])("is encrypted with $encryption when the server wants it", async ({ dialect, encryption }) => {
    const { share } = await openPeer({ dialect, sessionFlags: 4 });
    expect(share.session).toMatchObject({ signing: "none", encryption });
  });

  it("goes unsigned only where both sides can do without", async () => {
    const options = { signing: "when-demanded" } as const;
    expect((await openPeer({}, options)).share.session.signing).toBe("none");
    expect((await openPeer({ securityMode: 3 }, options)).share.session.signing).toBe("aes-gmac");
  });

  it("keeps the process alive only while something is asked", async () => {
    const { peer, share } = await openPeer();
    expect(peer.held).toBe(false);
    const closing = share.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(peer.held).toBe(true);
    await closing;
  });
});

describe("a session that was lost", () => {
  const previousOf = async (host: string): Promise<bigint> => {
    let previous = -1n;
    const { share } = await openPeer(
      {
        answer: ({ command, message }, answer) => {
          if (command === COMMAND.sessionSetup) previous = message.readBigUInt64LE(64 + 16);
          return answer;
        },
      },
      { host },
    );
    await share.close();
    return previous;
  };

  it("is named at the next log-on, once, so that the server lets its files go", async () => {
    const { share } = await openPeer({}, { host: "lost" });
    share.connection.end(new ResyncError("STALLED", { message: "silence" }));
    expect(await previousOf("another")).toBe(0n);
    expect(await previousOf("lost")).toBe(0x1234_5678_9abcn);
    expect(await previousOf("lost")).toBe(0n);
  });
});

describe("a session that must not be", () => {
  const refused = async (script: PeerScript, options = {}): Promise<{ code: string; message: string }> => {
    const peer = startPeer(script);
    const failure: unknown = await openOn(peer, options).catch((error: unknown) => error);
    expect(peer.ended).toBe(true);
    return failure as { code: string; message: string };
  };

  it.each([1, 2, 3, 5])("is refused with guest or anonymous flags 0x%s", async (sessionFlags) => {
    expect(await refused({ sessionFlags })).toMatchObject({ code: "AUTH_FAILED", facts: { guest: true } });
  });

  it("is refused by the server for a wrong password, with the NTSTATUS by name and number", async () => {
    expect(await refused({ password: "another" })).toMatchObject({
      code: "AUTH_FAILED",
      facts: { ntStatus: "0xC000006D", ntStatusName: "STATUS_LOGON_FAILURE" },
    });
  });

  it.each([
    [0xc000_0071, "AUTH_FAILED", "expired"],
    [0xc000_0224, "AUTH_FAILED", "must be changed"],
    [0xc000_0072, "AUTH_FAILED", "disabled"],
    [0xc000_0234, "AUTH_FAILED", "locked"],
    [0xc000_0418, "AUTH_FAILED", "no NTLM"],
    [0xc000_00d0, "CONNECT_FAILED", "no more sessions"],
    [0xdead_beef, "IO", "0xDEADBEEF"],
  ])("says why for status %s", async (status, code, words) => {
    const failure = await refused({
      answer: ({ command, index }, answer) =>
        command === COMMAND.sessionSetup && index === 1 ? { ...answer, status } : answer,
    });
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  it.each([
    [0xc000_00cc, "NOT_FOUND"],
    [0xc000_0022, "ACCESS_DENIED"],
  ])("says what is wrong with the share for status %s", async (status, code) => {
    const failure = await refused({
      answer: ({ command }, answer) => (command === COMMAND.treeConnect ? { ...answer, status } : answer),
    });
    expect(failure).toMatchObject({ code });
    expect(failure.message).toContain("share");
  });

  it("is refused for a printer", async () => {
    const beforeProtection = patch(COMMAND.treeConnect, (message) => message.writeUInt8(3, 66));
    expect(await refused({ beforeProtection })).toMatchObject({ code: "NOT_A_FOLDER" });
  });

  it("is refused when the server cannot encrypt and we must", async () => {
    const options = { encryption: "required" };
    expect(await refused({ dialect: DIALECT.smb210 }, options)).toMatchObject({ code: "PROTOCOL" });
    const share = await openOn(startPeer({ dialect: DIALECT.smb311 }), { encryption: "when-demanded" });
    expect(share.session.encryption).toBe("none");
  });

  it.each([
    ["a dialect that was not offered", patch(COMMAND.negotiate, (m) => m.writeUInt16LE(0x02ff, 68)), {}],
    ["a dialect that we left out", undefined, { dialects: [DIALECT.smb302] }],
    ["a transfer size of nothing", patch(COMMAND.negotiate, (m) => m.writeUInt32LE(0, 64 + 36)), {}],
    ["a cipher that does not exist", patch(COMMAND.negotiate, (m) => m.writeUInt16LE(9, 64 + 64 + 48 + 8 + 2)), {}],
    [
      "a signing algorithm that does not exist",
      patch(COMMAND.negotiate, (m) => m.writeUInt16LE(9, 64 + 64 + 64 + 8 + 2)),
      {},
    ],
    ["no protection of the negotiation", patch(COMMAND.negotiate, (m) => m.writeUInt16LE(77, 128)), {}],
    ["contexts beyond its end", patch(COMMAND.negotiate, (m) => m.writeUInt32LE(0xffff_fff0, 64 + 60)), {}],
    ["no signature on its last word", patch(COMMAND.sessionSetup, () => undefined, "unsigned"), {}],
  ])("is refused with %s", async (_what, script, options) => {
    const hooks = typeof script === "function" ? { beforeProtection: script } : (script ?? {});
    expect(await refused(hooks, options)).toMatchObject({ code: "PROTOCOL" });
  });

  it.each(["dialect", "capabilities", "guid", "mode"])(
    "is refused when somebody weakened the negotiation: %s",
    async (what) => {
      const at = { capabilities: 0, guid: 4, mode: 20, dialect: 22 }[what] ?? 0;
      const failure = await refused({
        dialect: DIALECT.smb302,
        beforeProtection: patch(COMMAND.ioctl, (m) => m.writeUInt8(m.readUInt8(64 + 48 + at) ^ 2, 64 + 48 + at)),
      });
      expect(failure).toMatchObject({ code: "PROTOCOL" });
      expect(failure.message).toContain("another negotiation");
    },
  );

  it("takes an SMB 2 server that does not know how to validate, but not an SMB 3 one", async () => {
    const answer: PeerScript["answer"] = ({ command }, normal) =>
      command === COMMAND.ioctl ? { ...normal, status: 0xc000_0010 } : normal;
    await openPeer({ dialect: DIALECT.smb210, answer });
    expect(await refused({ dialect: DIALECT.smb300, answer })).toMatchObject({ code: "PROTOCOL" });
  });

  it("does not ask what 3.1.1 has proved already, nor what SMB 2 alone cannot lose", async () => {
    expect((await openPeer({ dialect: DIALECT.smb311 })).peer.seen).not.toContain(COMMAND.ioctl);
    const { peer } = await openPeer({ dialect: DIALECT.smb210 }, { dialects: [DIALECT.smb202, DIALECT.smb210] });
    expect(peer.seen).not.toContain(COMMAND.ioctl);
  });
});

type Hook = NonNullable<PeerScript["beforeProtection"]>;

/** Changes answers to one command. `unsigned` takes the mark of the signature away after signing. */
function patch(command: number, change: (message: Buffer) => unknown): Hook;
function patch(command: number, change: (message: Buffer) => unknown, how: "unsigned"): PeerScript;
function patch(command: number, change: (message: Buffer) => unknown, how?: "unsigned"): Hook | PeerScript {
  if (how === "unsigned") {
    return {
      onTheLine: (bytes, request) => {
        if (request.command === command) bytes.writeUInt32LE(bytes.readUInt32LE(4 + 16) & ~8, 4 + 16);
        return bytes;
      },
    };
  }
  return (message, request) => {
    if (request.command === command && message.readUInt32LE(8) !== 0xc000_0016) change(message);
    return message;
  };
}
