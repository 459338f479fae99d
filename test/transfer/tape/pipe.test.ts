import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { tapeTarget } from "../../../src/push/tape-target.ts";
import { archiveSize } from "../../../src/transfer/tape/archive.ts";
import { collectFromTape } from "../../../src/transfer/tape/collect-tape.ts";
import { deliverOnTape } from "../../../src/transfer/tape/write-tape.ts";
import { need } from "../../support/need.ts";
import { randomList, runContext, warnings, type TestContext, type TestList } from "../media/support.ts";
import { tapeAt } from "./support.ts";

describe.skipIf(!need("mkfifo", "tar", "cat"))("a named pipe", () => {
  let list: TestList;
  let context: TestContext;
  let pipe: string;
  beforeEach(async () => {
    // Longer than a pipe holds.
    list = await randomList(300_001);
    context = await runContext();
    pipe = join(list.folder, "pipe");
    await execa("mkfifo", [pipe]);
  });
  afterEach(() => list.close());

  const take = async (stallMs = 10_000) => {
    const copy = join(list.folder, "copy");
    await collectFromTape(tapeAt(pipe, { stallMs }), { copy, signal: context.signal });
    return readFile(copy);
  };

  it("carries the archive to whoever reads it: tar", async () => {
    const listing = execa("tar", ["-t", "-v", "-b", "20", "-f", pipe]);
    const delivered = await deliverOnTape(tapeAt(pipe, { stallMs: 10_000 }), list.delivery, context);
    expect(delivered).toMatchObject({ outcome: "delivered", readBack: false });
    expect((await listing).stdout).toMatch(/ 300001 .*RESYNC\.GLB\n.*RESYNC\.JSN$/u);
  });

  it("gives what tar, or another resync, writes into it", async () => {
    const into = deliverOnTape(tapeAt(pipe, { stallMs: 10_000 }), list.delivery, context);
    expect((await take()).equals(list.bytes)).toBe(true);
    await into;
    const archive = join(list.folder, "list.tar");
    await deliverOnTape(tapeAt(archive), list.delivery, context);
    const writing = execa("cat", [archive], { stdout: { file: pipe } });
    expect((await take()).equals(list.bytes)).toBe(true);
    await writing;
  });

  it("carries whole blocks", async () => {
    const received = readFile(pipe);
    await deliverOnTape(tapeAt(pipe, { blocking: 64, stallMs: 10_000 }), list.delivery, context);
    expect((await received).length).toBe(archiveSize(list.delivery, 64));
  });

  it("is said not to be read back", async () => {
    const received = readFile(pipe);
    await tapeTarget(tapeAt(pipe, { stallMs: 10_000 })).deliver(list.delivery, context);
    await received;
    expect(warnings(context)).toMatch(/is a pipe: .*nobody knows what arrived/u);
  });

  it("that nobody opens at the other end is given up", async () => {
    await expect(deliverOnTape(tapeAt(pipe), list.delivery, context)).rejects.toMatchObject({ code: "STALLED" });
    await expect(take(300)).rejects.toMatchObject({ code: "STALLED" });
  });

  it("whose reader leaves is told", async () => {
    const reader = createReadStream(pipe);
    reader.once("data", () => reader.destroy());
    const writing = deliverOnTape(tapeAt(pipe, { stallMs: 10_000 }), list.delivery, context);
    await expect(writing).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("whose writer leaves early gives no delivery", async () => {
    const archive = join(list.folder, "list.tar");
    await deliverOnTape(tapeAt(archive), list.delivery, context);
    const half = join(list.folder, "half");
    await writeFile(half, (await readFile(archive)).subarray(0, 200_000));
    const writing = execa("cat", [half], { stdout: { file: pipe } });
    await expect(take()).rejects.toMatchObject({ code: "DELIVERY_INCOMPLETE" });
    await writing;
  });

  it("that waits is left when the run ends", async () => {
    const controller = new AbortController();
    const reason = new ResyncError("INTERRUPTED", { message: "Ctrl-C" });
    const options = { ...context, signal: controller.signal };
    const waiting = deliverOnTape(tapeAt(pipe, { stallMs: 60_000 }), list.delivery, options);
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: "INTERRUPTED" });
    const silent = createWriteStream(pipe, { flags: "r+" });
    await once(silent, "open");
    silent.destroy();
  });
});
