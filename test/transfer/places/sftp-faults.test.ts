import { randomBytes } from "node:crypto";
import { appendFile, chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { setAsideName } from "../../../src/transfer/names.ts";
import type { SftpFaults } from "../../../src/simulator/sftp-server/faults.ts";
import { makeSftpBed, type SftpBed } from "./sftp-bed.ts";

const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const BYTES = randomBytes(3_000_000);

describe("an SFTP place on a bad day", () => {
  let bed: SftpBed;
  const make = async (faults: SftpFaults = {}): Promise<SftpBed> => (bed = await makeSftpBed(faults));
  afterEach(async () => bed.close());
  const names = async (): Promise<string[]> => (await readdir(bed.folder)).toSorted();

  it("gives up a write that gets no answer, names what is left, and refuses every later act at once", async () => {
    const place = await (await make({ stallOnWrite: 20 })).open({ stallMs: 300 });
    const started = performance.now();
    const waiting = place.writeNew(A, bytesOf(BYTES));
    const queued = place.stat(B);
    await expect(waiting).rejects.toMatchObject({ code: "STALLED", retryable: true, facts: { leftBehind: A } });
    expect(performance.now() - started).toBeLessThan(4_000);
    await expect(queued).rejects.toMatchObject({ code: "STALLED" });
    await expect(place.list()).rejects.toMatchObject({ code: "STALLED" });
    expect(await names()).toEqual([A]);
  });

  it("gives up a read that gets no answer", async () => {
    const place = await (await make({ stallOnRead: 20 })).open({ stallMs: 300 });
    await writeFile(join(bed.folder, B), BYTES);
    await expect(collectBytes(place.read(B), 1e9)).rejects.toMatchObject({ code: "STALLED" });
  });

  it("takes slow answers for life", async () => {
    const place = await (await make({ slow: 60 })).open({ stallMs: 300 });
    expect(await place.writeNew(A, bytesOf(BYTES.subarray(0, 500_000)))).toBe(500_000);
  });

  it.each([
    ["reset", { resetOnWrite: 30 }],
    ["closed", { closeOnWrite: 30 }],
  ] as const)("says that the connection was %s in the middle of a write", async (_how, faults) => {
    const place = await (await make(faults)).open();
    const writing = place.writeNew(A, bytesOf(BYTES));
    await expect(writing).rejects.toMatchObject({ code: "CONNECTION_LOST", retryable: true, facts: { leftBehind: A } });
  });

  it("says that the connection was reset in the middle of a read", async () => {
    const place = await (await make({ resetOnRead: 30 })).open();
    await writeFile(join(bed.folder, B), BYTES);
    await expect(collectBytes(place.read(B), 1e9)).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("says that a server that refuses without a reason may be full, and leaves nothing", async () => {
    const place = await (await make({ diskFullAfter: 1_000_000 })).open();
    const writing = place.writeNew(A, bytesOf(BYTES));
    await expect(writing).rejects.toMatchObject({ code: "IO", hint: expect.stringContaining("full disk") });
    expect(await names()).toEqual([]);
    expect(await place.list()).toEqual([]);
  });

  it("gives back what the server made of it, damaged or not: the caller compares", async () => {
    const place = await (await make({ corruptWrite: 7 })).open();
    expect(await place.writeNew(A, bytesOf(BYTES))).toBe(BYTES.length);
    expect((await collectBytes(place.read(A), 1e9)).equals(BYTES)).toBe(false);
  });

  it("has one request in flight when careful: a server that mixes up several gets it right", async () => {
    const place = await (await make({ corruptConcurrentWrites: true })).open();
    await place.writeNew(A, bytesOf(BYTES));
    expect((await readFile(join(bed.folder, A))).equals(BYTES)).toBe(false);
    await place.remove(A);
    await place.writeNew(A, bytesOf(BYTES), { careful: true });
    expect((await readFile(join(bed.folder, A))).equals(BYTES)).toBe(true);
  });

  it("sends no block that OpenSSH for Windows would cut, and knows that its posix-rename is none", async () => {
    const place = await (await make({ software: "OpenSSH_for_Windows_7.7", cutWritesAt: 32_768 })).open();
    await place.writeNew(A, bytesOf(BYTES));
    expect((await readFile(join(bed.folder, A))).equals(BYTES)).toBe(true);
    expect(place.capabilities.atomicReplace).toBe(false);
    expect(await place.replace(A, B)).toEqual({ atomic: false });
  });

  it("does not write into an existing file, even at a server that would", async () => {
    const place = await (await make({ ignoreExclusive: true })).open();
    await writeFile(join(bed.folder, B), "old");
    await expect(place.writeNew(B, bytesOf(BYTES))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await readFile(join(bed.folder, B), "utf8")).toBe("old");
  });

  it("lets one of two have a name that both want at once", async () => {
    await make();
    const both = await Promise.all([bed.open(), bed.open()]);
    const writing = await Promise.allSettled(both.map(async (place) => place.writeNew(A, bytesOf(BYTES))));
    expect(writing.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(writing.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "ALREADY_EXISTS" } });
    expect((await readFile(join(bed.folder, A))).equals(BYTES)).toBe(true);
  });

  it("reads a file that grows to the end that it has then", async () => {
    const place = await (await make()).open();
    await writeFile(join(bed.folder, B), BYTES.subarray(0, 31_952 * 8));
    let read = 0;
    for await (const chunk of place.read(B)) {
      if (read === 0) await appendFile(join(bed.folder, B), "grown");
      read += chunk.length;
    }
    expect(read).toBe(31_952 * 8 + 5);
  });

  it("makes files that only their owner can read, in spite of the umask", async () => {
    const place = await (await make()).open();
    const before = process.umask(0);
    await place.writeNew(A, bytesOf(BYTES)).finally(() => process.umask(before));
    expect((await stat(join(bed.folder, A))).mode & 0o777).toBe(0o600);
  });

  it("follows links in list, stat and read", async () => {
    const place = await (await make()).open();
    await writeFile(join(bed.folder, "real"), "real");
    await symlink("real", join(bed.folder, "link"));
    await symlink("nowhere", join(bed.folder, "dangling"));
    expect(await place.stat(placePath("link"))).toMatchObject({ kind: "file", size: 4 });
    expect(await place.stat(placePath("dangling"))).toBeUndefined();
    const kinds = (await place.list()).map(({ name, kind }) => [name, kind] as const);
    expect(Object.fromEntries(kinds)).toEqual({ real: "file", link: "file", dangling: "other" });
    await expect(place.writeNew(placePath("dangling"), bytesOf(BYTES))).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
    });
  });

  it.skipIf(process.getuid?.() === 0)("passes on that the account may not write", async () => {
    const place = await (await make()).open();
    await chmod(bed.folder, 0o500);
    await expect(place.writeNew(A, bytesOf(BYTES))).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    await chmod(bed.folder, 0o700);
  });

  it("starts in the login folder with ~, and names a folder that is missing", async () => {
    await make();
    await mkdir(join(bed.folder, "in"));
    const home = await bed.open({}, { path: "~/in" });
    await home.writeNew(A, bytesOf(Buffer.from("x")));
    expect(await readdir(join(bed.folder, "in"))).toEqual([A]);
    const missing = await bed.open({}, { path: "/out" });
    await expect(missing.list()).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("/out") });
  });

  describe("without posix-rename", () => {
    const aside = setAsideName(B);
    const prepare = async (faults: SftpFaults = {}, files: Record<string, string> = { [A]: "new", [B]: "old" }) => {
      await make({ noPosixRename: true, ...faults });
      for (const [name, text] of Object.entries(files)) await writeFile(join(bed.folder, name), text);
      return bed.open();
    };
    const contents = async (): Promise<Record<string, string>> => {
      const all = (await names()).map(async (name) => [name, await readFile(join(bed.folder, name), "utf8")] as const);
      return Object.fromEntries(await Promise.all(all));
    };

    it("sets the old file aside, and says that it was not one act", async () => {
      const place = await prepare();
      expect(place.capabilities.atomicReplace).toBe(false);
      expect(await place.replace(A, B)).toEqual({ atomic: false });
      expect(await contents()).toEqual({ [B]: "new" });
    });

    it("is one act where no file has the name", async () => {
      const place = await prepare({}, { [A]: "new" });
      expect(await place.replace(A, B)).toEqual({ atomic: true });
    });

    it("puts the old file back when the new one cannot take its place", async () => {
      const place = await prepare({ renameFailsOnce: B });
      await expect(place.replace(A, B)).rejects.toMatchObject({
        code: "IO",
        state: expect.stringContaining("the old file again"),
      });
      expect(await contents()).toEqual({ [A]: "new", [B]: "old" });
    });

    it("says where the old file is when there is no way back, and the next replace finishes it", async () => {
      const place = await prepare({ renameFails: B });
      await expect(place.replace(A, B)).rejects.toMatchObject({ code: "IO", facts: { setAside: aside } });
      expect(await contents()).toEqual({ [A]: "new", [aside]: "old" });
      delete bed.server.faults.renameFails;
      expect(await place.replace(A, B)).toEqual({ atomic: true });
      expect(await contents()).toEqual({ [B]: "new" });
    });

    it("keeps the newer of two old files when an earlier replace left one aside", async () => {
      const place = await prepare({}, { [A]: "new", [B]: "old", [aside]: "older" });
      await place.replace(A, B);
      expect(await contents()).toEqual({ [B]: "new" });
    });
  });

  it("leaves old and new as they were when posix-rename is refused", async () => {
    const place = await (await make({ renameFails: B })).open();
    await writeFile(join(bed.folder, A), "new");
    await writeFile(join(bed.folder, B), "old");
    await expect(place.replace(A, B)).rejects.toMatchObject({ code: "IO" });
    expect(await readFile(join(bed.folder, B), "utf8")).toBe("old");
  });

  it("removes the part when the write is aborted, and the connection stays of use", async () => {
    const place = await (await make()).open();
    const end = new AbortController();
    const onProgress = (done: number): void => void (done > 500_000 && end.abort());
    await expect(place.writeNew(A, bytesOf(BYTES), { signal: end.signal, onProgress })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(await names()).toEqual([]);
    expect(await place.list()).toEqual([]);
  });

  it("does not wait long for a dead server after an abort, and says what may be left", async () => {
    const place = await (await make({ stallOnWrite: 20 })).open({ stallMs: 600 });
    const end = new AbortController();
    const writing = place.writeNew(A, bytesOf(BYTES), {
      signal: end.signal,
      onProgress: (done) => void (done > 500_000 && end.abort()),
    });
    await expect(writing).rejects.toMatchObject({ code: "INTERRUPTED", facts: { leftBehind: A } });
  });
});
