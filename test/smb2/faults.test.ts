import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openConnection } from "../../src/smb2/connection/connection.ts";
import { createFile } from "../../src/smb2/files/create.ts";
import { listFolder } from "../../src/smb2/files/folder.ts";
import { readFile } from "../../src/smb2/files/read.ts";
import { emptyRequest } from "../../src/smb2/messages/simple.ts";
import { statPath } from "../../src/smb2/files/stat.ts";
import type { Share } from "../../src/smb2/share.ts";
import { COMMAND } from "../../src/smb2/wire/header.ts";
import { pour, type LineEvents } from "../../src/smb2/wire/line.ts";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { openOn, openPeer } from "./open-peer.ts";
import { startPeer, type PeerScript } from "./peer.ts";

const GREETING = [COMMAND.negotiate, COMMAND.sessionSetup, COMMAND.treeConnect];
const QUICK = { requestTimeoutMs: 60 };

/** Writes, reads and lists. */
async function work(share: Share): Promise<void> {
  await createFile(share, "A", bytesOf(randomBytes(3_000_000)), { size: 3_000_000 });
  await collectBytes(readFile(share, "A"), 3_000_000);
  await listFolder(share, "");
}

const WORK = [COMMAND.create, COMMAND.write, COMMAND.flush, COMMAND.close, COMMAND.read, COMMAND.queryDirectory];

describe("a server that falls silent", () => {
  it.each(GREETING)("at command %i of the greeting is not connected to", async (command) => {
    const peer = startPeer({ answer: (request, answer) => (request.command === command ? "mute" : answer) });
    await expect(openOn(peer, QUICK)).rejects.toMatchObject({ code: "CONNECT_TIMEOUT", retryable: true });
    expect(peer.ended).toBe(true);
  });

  it.each(WORK)("at command %i is given up, and nothing hangs", async (command) => {
    const { share, peer } = await openPeer(
      { answer: (request, answer) => (request.command === command ? "mute" : answer) },
      QUICK,
    );
    await expect(work(share)).rejects.toMatchObject({ code: "STALLED", facts: { peer: "peer:445", waitedMs: 60 } });
    expect(peer.ended).toBe(true);
    expect(share.broken?.code).toBe("STALLED");
    await expect(statPath(share, "A")).rejects.toMatchObject({ code: "STALLED" });
    await share.close();
  });

  it("with a bit of every answer is given up as well", async () => {
    const { share } = await openPeer(
      { onTheLine: (line, { command }) => (command === COMMAND.read ? line.subarray(0, line.length - 1) : line) },
      QUICK,
    );
    await expect(work(share)).rejects.toMatchObject({ code: "STALLED" });
  });

  it("behind interim answers for ever is given up after ten times the time", async () => {
    let events: LineEvents | undefined;
    let asked = Buffer.alloc(0);
    const line = {
      peer: "peer:445",
      send: (parts: readonly Uint8Array[]) => void (asked = Buffer.concat(parts)),
      listen: (listener: LineEvents) => void (events = listener),
      hold: () => undefined,
      cut: () => undefined,
    };
    const connection = openConnection(line, 30);
    const answer = connection.send(COMMAND.negotiate, emptyRequest());
    await new Promise((resolve) => setImmediate(resolve));
    const pending = Buffer.from(asked);
    pending.writeUInt32LE(0x103, 4 + 8);
    pending.writeUInt32LE(3, 4 + 16);
    const nagging = setInterval(() => events && pour(pending, events), 10);
    const started = performance.now();
    await expect(answer).rejects.toMatchObject({ code: "STALLED" });
    clearInterval(nagging);
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("is not confused with a process that was busy itself", async () => {
    const { share } = await openPeer({}, QUICK);
    const looking = statPath(share, "A");
    await new Promise((resolve) => process.nextTick(resolve));
    for (const until = performance.now() + 150; performance.now() < until;);
    expect(await looking).toBeUndefined();
  });
});

describe("a server that hangs up", () => {
  it.each(GREETING)("at command %i of the greeting", async (command) => {
    const peer = startPeer({ answer: (request, answer) => (request.command === command ? "hang up" : answer) });
    await expect(openOn(peer)).rejects.toMatchObject({ code: "CONNECTION_LOST", retryable: true });
  });

  it("at the first word is suspected of SMB1", async () => {
    const peer = startPeer({ answer: () => "hang up" });
    await expect(openOn(peer)).rejects.toMatchObject({ hint: expect.stringContaining("smb1://") });
  });

  it.each(WORK)("at command %i", async (command) => {
    const { share } = await openPeer({
      answer: (request, answer) => (request.command === command ? "hang up" : answer),
    });
    await expect(work(share)).rejects.toMatchObject({ code: "CONNECTION_LOST", retryable: true });
    await share.close();
  });
});

describe("an answer changed on the way", () => {
  const flipLast: NonNullable<PeerScript["onTheLine"]> = (line, { command, index }) => {
    if (command === COMMAND.read && index === 1)
      line.writeUInt8(line.readUInt8(line.length - 1) ^ 0x10, line.length - 1);
    return line;
  };

  it.each([
    ["signed, SMB 2.0.2", { dialect: 0x0202 }],
    ["signed, SMB 3.0", { dialect: 0x0300 }],
    ["signed, SMB 3.1.1", { dialect: 0x0311 }],
    ["encrypted, SMB 3.0", { dialect: 0x0300, sessionFlags: 4 }],
    ["encrypted, SMB 3.1.1", { dialect: 0x0311, sessionFlags: 4 }],
  ] as const)("is noticed: %s", async (_what, script) => {
    const { share } = await openPeer({ ...script, onTheLine: flipLast });
    await expect(work(share)).rejects.toMatchObject({ code: "PROTOCOL" });
    expect(share.broken?.code).toBe("PROTOCOL");
  });

  it("is not noticed in an unsigned session: that is why it is not the default", async () => {
    const { share } = await openPeer({ onTheLine: flipLast }, { signing: "when-demanded" });
    await expect(work(share)).resolves.toBeUndefined();
  });

  it("must be signed where the request was, and encrypted where the request was", async () => {
    const { share } = await openPeer({
      onTheLine: (line, { command }) => {
        if (command === COMMAND.create) line.writeUInt32LE(line.readUInt32LE(20) & ~8, 20);
        return line;
      },
    });
    await expect(work(share)).rejects.toMatchObject({ code: "PROTOCOL" });

    const sealed = await openPeer({
      sessionFlags: 4,
      onTheLine: (line, { command, message }) => {
        if (command !== COMMAND.create) return line;
        const plain = Buffer.concat([Buffer.from([0, 0, 0, 64 + 89]), message.subarray(0, 64), Buffer.alloc(89)]);
        plain.writeUInt32LE(1, 4 + 16);
        return plain;
      },
    });
    await expect(work(sealed.share)).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it.each([
    ["another command", (line: Buffer) => line.writeUInt16LE(4, 4 + 12)],
    ["a request", (line: Buffer) => line.writeUInt32LE(0, 4 + 16)],
    ["several in one", (line: Buffer) => line.writeUInt32LE(64, 4 + 20)],
    ["SMB1", (line: Buffer) => line.writeUInt32LE(0x424d_53ff, 4)],
    ["compressed", (line: Buffer) => line.writeUInt32LE(0x424d_53fc, 4)],
    ["encrypted without keys", (line: Buffer) => line.writeUInt32LE(0x424d_53fd, 4)],
    ["16 MB long", (line: Buffer) => line.writeUInt32BE(0x00ff_ffff, 0)],
    ["HTTP", (line: Buffer) => line.write("HTTP", 0)],
  ])("that is %s is refused", async (_what, change) => {
    const script: PeerScript = {
      dialect: 0x0202,
      onTheLine: (line, { command }) => {
        if (command === COMMAND.treeConnect) change(line);
        return line;
      },
    };
    await expect(openPeer(script, { dialects: [0x0202] })).rejects.toMatchObject({ code: "PROTOCOL" });
  });
});

describe("a caller who has had enough", () => {
  const ending = (
    command: number,
    end: AbortController,
    then: "mute" | "pending" = "mute",
  ): NonNullable<PeerScript["answer"]> => {
    return (request, answer) => {
      if (request.command !== command || end.signal.aborted) return answer;
      setImmediate(() => end.abort());
      return then;
    };
  };

  it.each([
    [COMMAND.create, "pending"],
    [COMMAND.queryInfo, "mute"],
    [COMMAND.write, "mute"],
    [COMMAND.flush, "mute"],
  ] as const)("gets out of a write at command %i, and the rest is cleared up", async (command, how) => {
    const end = new AbortController();
    const { share, peer } = await openPeer({ answer: ending(command, end, how) });
    const source = bytesOf(randomBytes(300_000));
    const writing = createFile(share, "A", source, { signal: end.signal, size: 5_000_000 });
    await expect(writing).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(share.broken).toBeUndefined();
    expect([...peer.files.files.keys()]).toEqual([]);
    expect(peer.files.open.size).toBe(0);
  });

  it("gets out while nobody answers, at the cost of the connection", async () => {
    const end = new AbortController();
    const { share } = await openPeer({ answer: ending(COMMAND.create, end) }, QUICK);
    const writing = createFile(share, "A", bytesOf(randomBytes(5)), { signal: end.signal });
    await expect(writing).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(share.broken?.code).toBe("STALLED");
  });

  it.each([
    [COMMAND.create, "pending"],
    [COMMAND.read, "mute"],
  ] as const)("gets out of a read at command %i", async (command, how) => {
    const end = new AbortController();
    const { share, peer } = await openPeer({ answer: ending(command, end, how) });
    peer.files.files.set("A", randomBytes(3_000_000));
    const reading = collectBytes(readFile(share, "A", { signal: end.signal }), 3_000_000);
    await expect(reading).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await statPath(share, "A")).toMatchObject({ size: 3_000_000 });
  });

  it("gets out of a greeting", async () => {
    const end = new AbortController();
    const peer = startPeer({ answer: ending(COMMAND.sessionSetup, end) });
    await expect(openOn(peer, { signal: end.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(peer.ended).toBe(true);
  });
});

it("a server that grants no credits ends the connection instead of all waiting", async () => {
  const { share } = await openPeer({ credits: 0 }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "PROTOCOL" });
    return { share: undefined };
  });
  expect(share).toBeUndefined();
});
