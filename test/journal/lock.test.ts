import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { RunId } from "../../src/journal/journal.ts";
import { acquireLock, breakLock, inspectLock, takeOverLock } from "../../src/journal/lock.ts";
import { identify, stillRuns } from "../../src/journal/process-identity.ts";

const run = "20260101-000000-aaaa" as RunId;
const other = "20260101-000000-bbbb" as RunId;
const options = { run, clock: systemClock, what: "the postoffice /po" };
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "resync-lock-"));
  file = join(folder, "RESYNC.LCK");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Rewrites the lock as if `change` had taken it. */
function rewrite(change: Record<string, unknown>): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
}

describe("a lock", () => {
  it("is taken by one, names its holder to the next, and is gone after release", async () => {
    const lock = await acquireLock(file, options);
    await expect(acquireLock(file, { ...options, run: other })).rejects.toMatchObject({
      code: "LOCKED",
      exitCode: 11,
      message: expect.stringContaining(`run ${run} of `),
      facts: { pid: process.pid, holder: "alive" },
    });
    await lock.release();
    expect(existsSync(file)).toBe(false);
    await (await acquireLock(file, { ...options, run: other })).release();
  });

  it("goes to exactly one of many that ask at once", async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, async () => acquireLock(file, options)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("says that its holder is dead, and is given up only on request", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    await acquireLock(file, options);
    const { pid = 0 } = child;
    rewrite({ pid, start: (await identify(pid))?.start });
    expect(await inspectLock(file, systemClock)).toMatchObject({ state: "alive" });
    await expect(breakLock(file, { ...options, force: true })).rejects.toMatchObject({ code: "LOCKED" });

    child.kill("SIGKILL");
    await once(child, "exit");
    await expect(acquireLock(file, { ...options, run: other })).rejects.toMatchObject({
      code: "LOCKED",
      hint: expect.stringContaining("resync recover"),
      facts: { holder: "dead" },
    });
    await breakLock(file, options);
    expect(existsSync(file)).toBe(false);
  });

  it.runIf(process.platform === "linux")("is not fooled by a process number given out again", async () => {
    await acquireLock(file, options);
    rewrite({ start: "another boot/1" });
    expect(await inspectLock(file, systemClock)).toMatchObject({ state: "dead" });
    expect(await stillRuns({ pid: process.pid, start: undefined })).toBe(true);
  });

  it("of another machine is broken only by force", async () => {
    await acquireLock(file, options);
    rewrite({ host: "far-away" });
    await expect(breakLock(file, options)).rejects.toMatchObject({ hint: expect.stringContaining("far-away") });
    await expect(takeOverLock(file, options)).rejects.toMatchObject({ code: "LOCKED" });
    await breakLock(file, { ...options, force: true });
    expect(existsSync(file)).toBe(false);
  });

  it("is taken over by its own dead run alone", async () => {
    await acquireLock(file, options);
    rewrite({ pid: 2 ** 22 + 1, start: "gone" });
    await expect(takeOverLock(file, { ...options, run: other })).rejects.toMatchObject({ code: "LOCKED" });
    const lock = await takeOverLock(file, options);
    expect(await inspectLock(file, systemClock)).toMatchObject({ state: "alive", holder: { pid: process.pid } });
    await lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it("without a holder in it is told from a held one, and may be removed once it is old", async () => {
    writeFileSync(file, '{"run":"2026');
    await expect(acquireLock(file, options)).rejects.toMatchObject({ message: expect.stringContaining("no holder") });
    await expect(breakLock(file, options)).rejects.toMatchObject({ code: "LOCKED" });
    const later = { ...systemClock, now: () => new Date(Date.now() + 120_000) };
    await breakLock(file, { ...options, clock: later });
    expect(existsSync(file)).toBe(false);
  });

  it("is not removed by a holder that lost it", async () => {
    const lock = await acquireLock(file, options);
    rewrite({ run: other });
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });
});
