import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markLog, readGained } from "../../../src/import/dirsync-log/gained.ts";

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "resync-log-"));
  log = join(folder, "DIRSYNC.LOG");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("what a log gained", () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  it.each([0, 10, 5000, 20_000])("is only what was appended to %i bytes", async (size) => {
    writeFileSync(log, "x".repeat(size));
    const mark = await markLog(log);
    appendFileSync(log, "new");
    const gain = await readGained(log, mark);
    expect({ ...gain, bytes: text(gain.bytes) }).toEqual({ bytes: "new", replaced: false, exists: true });
  });

  it("is everything when there was no log", async () => {
    const mark = await markLog(undefined);
    writeFileSync(log, "all");
    expect(text((await readGained(log, mark)).bytes)).toBe("all");
  });

  it("tells a log that is gone, shorter or another one", async () => {
    writeFileSync(log, "0123456789");
    const mark = await markLog(log);
    writeFileSync(log, "something quite different");
    expect(await readGained(log, mark)).toMatchObject({ replaced: true, exists: true });
    writeFileSync(log, "0123456789");
    truncateSync(log, 5);
    expect(await readGained(log, mark)).toMatchObject({ replaced: true, exists: true });
    rmSync(log);
    expect(await readGained(log, mark)).toMatchObject({ replaced: true, exists: false });
  });
});
