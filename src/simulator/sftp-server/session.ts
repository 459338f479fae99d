import { posix } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { SFTPWrapper } from "ssh2";
import { serialQueue } from "../../transfer/places/queue.ts";
import { announce, extensionsOf, readStrings } from "./extensions.ts";
import type { SftpFaults } from "./faults.ts";
import { servedFiles } from "./files.ts";
import { STATUS, StatusError, statusOf } from "./status.ts";

/** What the sessions of a server share. */
export interface Served {
  readonly root: string;
  readonly faults: SftpFaults;
  readonly counts: { writes: number; reads: number; bytes: number };
  /** Ends the TCP connection of this session: with a reset, or politely. */
  readonly hangUp: (how: "reset" | "close") => void;
}

/** Answers one client's SFTP requests, one after the other as OpenSSH's server does. */
export function serveSftp(sftp: SFTPWrapper, { root, faults, counts, hangUp }: Served): void {
  const files = servedFiles(root);
  const queue = serialQueue();
  let waiting = 0;
  let stalled = false;

  /** Queues a request; `answer` sends the reply itself. What it throws becomes a status. */
  const take = (id: number, answer: () => Promise<void> | void): void => {
    waiting += 1;
    void queue(async () => {
      waiting -= 1;
      if (stalled) return;
      try {
        if (faults.slow !== undefined) await pause(faults.slow);
        await answer();
      } catch (error) {
        if (error !== STALL) sftp.status(id, statusOf(error));
      }
    });
  };
  const ok = (id: number): void => sftp.status(id, STATUS.ok);
  const misbehave = (count: number, stall: number | undefined, reset: number | undefined, close?: number): void => {
    if (count === reset) hangUp("reset");
    if (count === close) hangUp("close");
    stalled ||= count === stall || count === reset || count === close;
    if (stalled) throw STALL;
  };

  announce(sftp, extensionsOf(faults));
  sftp.on("REALPATH", (id, path) =>
    take(id, () => sftp.name(id, [{ filename: posix.resolve("/", path), longname: "", attrs: NO_ATTRIBUTES }])),
  );
  sftp.on("OPEN", (id, path, flags, attributes) =>
    take(id, async () => {
      const heeded = faults.ignoreExclusive === true ? flags & ~EXCLUSIVE : flags;
      sftp.handle(id, await files.open(path, heeded, attributes.mode));
    }),
  );
  sftp.on("OPENDIR", (id, path) => take(id, async () => sftp.handle(id, await files.openFolder(path))));
  sftp.on("READDIR", (id, handle) => take(id, () => sftp.name(id, files.nextEntries(handle))));
  sftp.on("CLOSE", (id, handle) => take(id, async () => files.close(handle).then(() => ok(id))));
  sftp.on("STAT", (id, path) => take(id, async () => sftp.attrs(id, await files.attributes(path, true))));
  sftp.on("LSTAT", (id, path) => take(id, async () => sftp.attrs(id, await files.attributes(path, false))));
  sftp.on("REMOVE", (id, path) => take(id, async () => files.remove(path).then(() => ok(id))));
  sftp.on("MKDIR", (id, path) => take(id, async () => files.makeFolder(path).then(() => ok(id))));
  sftp.on("RMDIR", (id, path) => take(id, async () => files.removeFolder(path).then(() => ok(id))));
  sftp.on("RENAME", (id, from, to) =>
    take(id, async () => {
      refuseRename(faults, to);
      await files.rename(from, to, false);
      ok(id);
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    take(id, async () => {
      misbehave((counts.reads += 1), faults.stallOnRead, faults.resetOnRead);
      const most = Math.min(length, faults.shortReads ?? length);
      const { bytesRead, buffer } = await files.file(handle).read(Buffer.alloc(most), 0, most, offset);
      if (bytesRead === 0) throw new StatusError(STATUS.eof);
      sftp.data(id, buffer.subarray(0, bytesRead));
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) => {
    // The packet's buffer is used again for the next one.
    const bytes = Buffer.from(data);
    take(id, async () => {
      misbehave((counts.writes += 1), faults.stallOnWrite, faults.resetOnWrite, faults.closeOnWrite);
      counts.bytes += bytes.length;
      if (counts.bytes > (faults.diskFullAfter ?? Infinity)) throw new StatusError(STATUS.failure);
      const mixedUp = faults.corruptConcurrentWrites === true && waiting > 0;
      if (counts.writes === faults.corruptWrite || mixedUp) flipMiddle(bytes);
      await files.file(handle).write(bytes, 0, Math.min(bytes.length, faults.cutWritesAt ?? bytes.length), offset);
      ok(id);
    });
  });
  sftp.on("EXTENDED", (id, name, data) => {
    const copy = Buffer.from(data);
    take(id, async () => {
      if (!(name in extensionsOf(faults))) throw new StatusError(STATUS.unsupported);
      const [first = Buffer.alloc(0), second] = readStrings(copy, 2);
      if (name === "fsync@openssh.com") await files.file(first).sync();
      else {
        refuseRename(faults, String(second));
        await files.rename(first.toString(), String(second), true);
      }
      ok(id);
    });
  });
  sftp.on("close", () => void queue(async () => files.closeAll()));
}

/** Thrown for a request that stays without an answer. */
const STALL = new Error("no answer");

/** SFTP's open flag EXCL. */
const EXCLUSIVE = 0x20;

const NO_ATTRIBUTES = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

function refuseRename(faults: SftpFaults, to: string): void {
  const name = posix.basename(to);
  if (name !== faults.renameFails && name !== faults.renameFailsOnce) return;
  delete faults.renameFailsOnce;
  throw new StatusError(STATUS.failure);
}

function flipMiddle(bytes: Buffer): void {
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
}
