import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFile } from "../../src/smb2/files/create.ts";
import { listFolder, makeFolder } from "../../src/smb2/files/folder.ts";
import { isHeldOpen } from "../../src/smb2/files/held-open.ts";
import { readFile } from "../../src/smb2/files/read.ts";
import { removeFile, removeFolder } from "../../src/smb2/files/remove.ts";
import { renameFile } from "../../src/smb2/files/rename.ts";
import { statPath } from "../../src/smb2/files/stat.ts";
import type { Share } from "../../src/smb2/share.ts";
import { COMMAND } from "../../src/smb2/wire/header.ts";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { DIALECTS, openPeer } from "./open-peer.ts";
import { bytes, errorBody } from "./peer-bytes.ts";
import type { PeerScript } from "./peer.ts";

const LIMIT = 64 * 1024 * 1024;
const readAll = async (share: Share, path: string): Promise<Buffer> => collectBytes(readFile(share, path), LIMIT);
const status =
  (command: number, value: number): NonNullable<PeerScript["answer"]> =>
  (request, answer) =>
    request.command === command ? { ...answer, status: value } : answer;

describe.each(DIALECTS)("files in dialect %s", (dialect) => {
  it.each([0, 4])("go there, are found, renamed, read and removed (session flags %i)", async (sessionFlags) => {
    if (sessionFlags === 4 && dialect < 0x0300) return;
    const { share, peer } = await openPeer({ dialect, sessionFlags });
    const content = randomBytes(3_000_001);
    expect(await createFile(share, "A.TMG", bytesOf(content), { size: content.length })).toBe(content.length);
    await renameFile(share, "A.TMG", "B.GLB", { replace: true });
    expect(peer.files.files.get("B.GLB")?.equals(content)).toBe(true);
    expect((await readAll(share, "B.GLB")).equals(content)).toBe(true);
    expect(await statPath(share, "B.GLB")).toMatchObject({ kind: "file", size: content.length });
    await makeFolder(share, "NEW");
    expect(await statPath(share, "NEW")).toMatchObject({ kind: "folder", size: 0 });
    expect((await listFolder(share, "")).map(({ name }) => name)).toEqual(["B.GLB", "NEW"]);
    await removeFile(share, "B.GLB");
    expect(await statPath(share, "B.GLB")).toBeUndefined();
  });
});

describe("writing", () => {
  it("waits out interim answers to every command", async () => {
    const first = new Set<number>();
    const { share, peer } = await openPeer({
      answer: ({ command }, answer) => {
        if (first.has(command)) return answer;
        first.add(command);
        return command === COMMAND.negotiate || command === COMMAND.sessionSetup ? answer : "pending";
      },
    });
    const content = randomBytes(100_000);
    await createFile(share, "A", bytesOf(content), { size: 100_000 });
    await renameFile(share, "A", "B");
    expect((await readAll(share, "B")).equals(content)).toBe(true);
    expect((await listFolder(share, "")).map(({ name }) => name)).toEqual(["B"]);
    expect(peer.held).toBe(false);
    await share.close();
  });

  it.each([1, 3, 16, 500])("gets by with %i credits a request, in both directions", async (credits) => {
    const { share, peer } = await openPeer({ credits });
    const content = randomBytes(2_500_000);
    await createFile(share, "A", bytesOf(content));
    expect(peer.files.files.get("A")?.equals(content)).toBe(true);
    expect((await readAll(share, "A")).equals(content)).toBe(true);
  });

  it("keeps one request under way when told to be careful, and several otherwise", async () => {
    const most = async (careful: boolean): Promise<number> => {
      let underWay = 0;
      let highest = 0;
      const { share } = await openPeer({
        answer: ({ command }, answer) => {
          if (command === COMMAND.write) highest = Math.max(highest, (underWay += 1));
          return answer;
        },
        onTheLine: (line, { command }) => {
          if (command === COMMAND.write) setImmediate(() => (underWay -= 1));
          return line;
        },
      });
      await createFile(share, "A", bytesOf(randomBytes(20_000_000)), { careful });
      return highest;
    };
    expect(await most(true)).toBe(1);
    expect(await most(false)).toBeGreaterThan(3);
  });

  it("does not mind a source that uses its buffer again", async () => {
    const { share, peer } = await openPeer();
    const buffer = Buffer.alloc(70_000);
    async function* reusing(): AsyncGenerator<Uint8Array> {
      for (let i = 1; i <= 30; i++) yield buffer.fill(i);
    }
    await createFile(share, "A", reusing());
    const content = peer.files.files.get("A");
    for (let i = 1; i <= 30; i++)
      expect(content?.subarray((i - 1) * 70_000, i * 70_000).every((byte) => byte === i)).toBe(true);
  });

  it("gives back the credits of what a broken source left unsent", async () => {
    const { share } = await openPeer();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(5_000_000);
      throw new Error("broken");
    }
    await createFile(share, "A", bytesOf(randomBytes(5_000_000)));
    const { owned } = share.connection.credits;
    for (let i = 0; i < 20; i += 1) await expect(createFile(share, "B", broken())).rejects.toThrow("broken");
    expect(share.connection.credits.takeNow(owned)).toBe(true);
  });

  it("leaves a frame alone until the server has answered it", async () => {
    const { share, peer } = await openPeer({ lieFor: 5 });
    const content = randomBytes(30_000_000);
    await createFile(share, "A", bytesOf(content));
    expect(peer.files.files.get("A")?.equals(content)).toBe(true);
  });

  it("flushes before it closes", async () => {
    const { share, peer } = await openPeer();
    await createFile(share, "A", bytesOf(randomBytes(10)));
    expect(peer.seen.slice(-3)).toEqual([COMMAND.write, COMMAND.flush, COMMAND.close]);
  });

  it.each([
    ["disk full", COMMAND.write, 0xc000_007f, "DISK_FULL"],
    ["quota", COMMAND.write, 0xc000_0044, "DISK_FULL"],
    ["disk full found at the flush", COMMAND.flush, 0xc000_007f, "DISK_FULL"],
    ["lock by somebody", COMMAND.write, 0xc000_0054, "FILE_BUSY"],
    ["write protection", COMMAND.write, 0xc000_00a2, "READ_ONLY"],
    ["a lost session", COMMAND.write, 0xc000_0203, "CONNECTION_LOST"],
  ])("removes its file after %s", async (_what, command, value, code) => {
    const { share, peer } = await openPeer({ answer: status(command, value) });
    await expect(createFile(share, "A", bytesOf(randomBytes(5_000_000)))).rejects.toMatchObject({ code });
    expect([...peer.files.files.keys()]).toEqual([]);
    expect(peer.files.open.size).toBe(0);
  });

  it("finds a disk that is too small before it sends anything", async () => {
    const { share, peer } = await openPeer();
    const late = createFile(share, "A", bytesOf(randomBytes(10)), { size: 5_000_000_000 });
    await expect(late).rejects.toMatchObject({ code: "DISK_FULL", facts: { free: 4_096_000_000 } });
    expect(peer.seen).not.toContain(COMMAND.write);
    expect([...peer.files.files.keys()]).toEqual([]);
  });

  it.each([
    ["takes a part of a request", COMMAND.write, (m: Buffer) => m.writeUInt32LE(1, 68)],
    ["has another size in the end", COMMAND.close, (m: Buffer) => m.writeBigUInt64LE(1n, 64 + 48)],
  ])("fails when the server %s", async (_what, command, change) => {
    const { share } = await openPeer({
      beforeProtection: (message, request) => {
        if (request.command === command) change(message);
        return message;
      },
    });
    await expect(createFile(share, "A", bytesOf(randomBytes(500)))).rejects.toMatchObject({ code: "IO" });
  });

  it("leaves a taken name alone, whatever the server calls it", async () => {
    const { share, peer } = await openPeer();
    peer.files.files.set("A", Buffer.from("old"));
    await expect(createFile(share, "A", bytesOf(randomBytes(5)))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(peer.files.files.get("A")?.toString()).toBe("old");
    await createFile(share, "A", bytesOf(Buffer.from("new")), { existing: "overwrite" });
    expect(peer.files.files.get("A")?.toString()).toBe("new");
    const folder = await openPeer({ answer: status(COMMAND.create, 0xc000_00ba) });
    const onFolder = createFile(folder.share, "A", bytesOf(randomBytes(5)));
    await expect(onFolder).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("refuses a share that this user may only read", async () => {
    const readOnly = await openPeer({
      beforeProtection: (message, { command }) => {
        if (command === COMMAND.treeConnect) message.writeUInt32LE(0x0012_00a9, 64 + 12);
        return message;
      },
    });
    const refused = createFile(readOnly.share, "A", bytesOf(randomBytes(5)));
    await expect(refused).rejects.toMatchObject({ code: "READ_ONLY" });
    expect(readOnly.peer.seen).not.toContain(COMMAND.create);
  });
});

describe("reading", () => {
  const withFile = async (script: PeerScript, content: Buffer): Promise<Share> => {
    const { share, peer } = await openPeer(script);
    peer.files.files.set("A", content);
    return share;
  };

  it("asks again for what a short answer left out", async () => {
    const content = randomBytes(400_000);
    const share = await withFile(
      {
        answer: ({ command }, answer) => {
          if (command !== COMMAND.read || answer.body.length < 1100) return answer;
          const data = answer.body.subarray(16, 16 + 999);
          return {
            status: 0,
            body: Buffer.concat([
              bytes(
                16,
                [
                  [0, 17],
                  [2, 80],
                ],
                [[4, 999]],
              ),
              data,
            ]),
          };
        },
      },
      content,
    );
    expect((await readAll(share, "A")).equals(content)).toBe(true);
  });

  it.each([
    ["grows", (size: bigint) => size - 10n],
    ["shrinks", (size: bigint) => size + 10n],
  ])("notices that a file %s meanwhile", async (_what, lie) => {
    const share = await withFile(
      {
        beforeProtection: (message, { command }) => {
          if (command === COMMAND.create && message.length > 140) {
            message.writeBigUInt64LE(lie(message.readBigUInt64LE(64 + 48)), 64 + 48);
          }
          return message;
        },
      },
      randomBytes(2_000_000),
    );
    await expect(readAll(share, "A")).rejects.toMatchObject({ code: "FILE_BUSY", retryable: true });
  });

  it("closes the file when the reader has had enough", async () => {
    const { share, peer } = await openPeer();
    peer.files.files.set("A", randomBytes(30_000_000));
    for await (const chunk of readFile(share, "A")) if (chunk.length > 0) break;
    expect(peer.seen.filter((command) => command === COMMAND.read).length).toBeLessThan(20);
    expect(peer.files.open.size).toBe(0);
  });

  it("uses the memory of a lent chunk again, and of no other", async () => {
    const { share } = await openPeer();
    const content = randomBytes(30_000_000);
    await createFile(share, "A", bytesOf(content));
    const memory = new Set<ArrayBufferLike>();
    let at = 0;
    for await (const chunk of readFile(share, "A", { lent: true })) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(chunk.equals(content.subarray(at, at + chunk.length))).toBe(true);
      at += chunk.length;
      if (chunk.length > 1_000_000) memory.add(chunk.buffer);
    }
    expect(at).toBe(content.length);
    expect(memory.size).toBeLessThan(7);
    expect((await readAll(share, "A")).equals(content)).toBe(true);
  });

  it("keeps only so much ahead of a slow reader", async () => {
    const { share, peer } = await openPeer();
    peer.files.files.set("A", randomBytes(90_000_000));
    let read = 0;
    for await (const chunk of readFile(share, "A")) {
      read += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
      const asked = peer.seen.filter((command) => command === COMMAND.read).length * 1_048_576;
      expect(asked - read).toBeLessThan(18_000_000);
    }
    expect(read).toBe(90_000_000);
  });

  it.each([
    [0xc000_0034, "NOT_FOUND"],
    [0xc000_003a, "NOT_FOUND"],
    [0xc000_00ba, "IS_A_FOLDER"],
    [0xc000_0043, "FILE_BUSY"],
    [0xc000_0056, "FILE_BUSY"],
    [0xc000_0022, "ACCESS_DENIED"],
    [0xc000_0033, "NAME_INVALID"],
    [0xc000_0257, "NOT_FOUND"],
  ])("calls status %i what it is", async (value, code) => {
    const { share } = await openPeer({ answer: status(COMMAND.create, value) });
    await expect(readAll(share, "A")).rejects.toMatchObject({ code });
  });
});

describe("folders", () => {
  it("are refused when a server invents names or never ends", async () => {
    const listing = async (change: (message: Buffer) => Buffer): Promise<unknown> => {
      const { share, peer } = await openPeer({
        beforeProtection: (message, { command }) => (command === COMMAND.queryDirectory ? change(message) : message),
      });
      peer.files.files.set("AB", randomBytes(3));
      return listFolder(share, "").catch((error: unknown) => error);
    };
    const separator = (text: string): string => text.replace("A\0B\0", "A\0/\0");
    const invented = await listing((message) => Buffer.from(separator(message.toString("latin1")), "latin1"));
    expect(invented).toMatchObject({ code: "PROTOCOL" });
    expect(await listing((message) => message.fill(0xff, 72 + 60, 72 + 62))).toMatchObject({ code: "PROTOCOL" });

    const { share, peer } = await openPeer({
      answer: ({ command }, answer) => {
        if (command === COMMAND.queryDirectory) for (const handle of peer.files.open.values()) handle.listed = false;
        return answer;
      },
    });
    for (let i = 0; i < 300; i++) peer.files.files.set(`FILE${i}`, Buffer.alloc(0));
    await expect(listFolder(share, "")).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it("tell a name that is taken, and one that is no folder", async () => {
    const { share, peer } = await openPeer();
    await makeFolder(share, "A");
    await expect(makeFolder(share, "A")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    await removeFolder(share, "A");
    expect(peer.files.open.size).toBe(0);
    const notOne = await openPeer({ answer: status(COMMAND.create, 0xc000_0103) });
    await expect(listFolder(notOne.share, "A")).rejects.toMatchObject({ code: "NOT_A_FOLDER" });
  });
});

describe("a server with ways of its own", () => {
  it("that misses a file while it is replaced is asked twice", async () => {
    let missed = 0;
    const { share, peer } = await openPeer({
      answer: ({ command }, answer) =>
        command === COMMAND.create && missed++ === 0 ? { status: 0xc000_0034, body: errorBody() } : answer,
    });
    peer.files.files.set("A", Buffer.from("whole"));
    expect((await readAll(share, "A")).toString()).toBe("whole");
    expect(await statPath(share, "B")).toBeUndefined();
    expect(missed).toBe(4);
  });

  it("that denies access where the folder is missing is seen through", async () => {
    const deny: PeerScript["answer"] = ({ command, message }, answer) =>
      command === COMMAND.create && message.readUInt32LE(64 + 36) === 2
        ? { status: 0xc000_0022, body: errorBody() }
        : answer;
    const { share, peer } = await openPeer({ answer: deny });
    const make = async (path: string): Promise<number> => createFile(share, path, bytesOf(randomBytes(5)));
    await expect(make("NOWHERE/A")).rejects.toMatchObject({ code: "NOT_FOUND" });
    peer.files.files.set("THERE\\", Buffer.alloc(0));
    await expect(make("THERE/A")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    await expect(make("A")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("that opens a file as a folder, or does not tell its free space, is not believed", async () => {
    const { share, peer } = await openPeer({
      answer: ({ command }, answer) =>
        command === COMMAND.queryInfo
          ? {
              status: 0,
              body: Buffer.concat([
                bytes(
                  8,
                  [
                    [0, 9],
                    [2, 72],
                  ],
                  [[4, 4]],
                ),
                Buffer.alloc(4),
              ]),
            }
          : answer,
    });
    await createFile(share, "A", bytesOf(Buffer.from("x")), { size: 5_000_000 });
    await expect(listFolder(share, "A")).rejects.toMatchObject({ code: "NOT_A_FOLDER" });
    expect(peer.files.open.size).toBe(0);
  });

  it("that denies a write to a file it has opened may have got it damaged: worth another try", async () => {
    const { share } = await openPeer({ answer: status(COMMAND.write, 0xc000_0022) });
    const writing = createFile(share, "A", bytesOf(randomBytes(5)));
    await expect(writing).rejects.toMatchObject({ code: "PROTOCOL", retryable: true });
  });
});

it("knows a file that somebody holds open from one that is just forbidden", async () => {
  const held = await openPeer({ answer: status(COMMAND.create, 0xc000_0043) });
  expect(await isHeldOpen(held.share, "A")).toBe(true);
  const forbidden = await openPeer({ answer: status(COMMAND.create, 0xc000_0022) });
  expect(await isHeldOpen(forbidden.share, "A")).toBe(false);
});
