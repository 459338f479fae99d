import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { steppingClock } from "../../src/clock.ts";
import { ResyncError, type ErrorCode } from "../../src/errors.ts";
import { lookIntoInbox } from "../../src/import/watch/inbox.ts";
import { watch, type WatchOptions, type WatchStatus } from "../../src/import/watch/watch.ts";
import { isOpen, parseWindow } from "../../src/import/watch/window.ts";
import { recordingReporter } from "../../src/report/reporter.ts";
import { localPlace } from "../../src/transfer/places/local.ts";

const MINUTE = 60_000;

/** A watch over an inbox whose deliveries come at given minutes; it is told to stop at `untilMinute`. */
function bed(inbox: Record<number, string>, untilMinute: number, changes: Partial<WatchOptions> = {}) {
  const clock = steppingClock(new Date(2026, 0, 5, 12, 0));
  const stop = new AbortController();
  const statuses: WatchStatus[] = [];
  const minute = () => Math.round(clock.monotonic() / MINUTE);
  const imported: string[] = [];
  const delivered = () =>
    Object.entries(inbox)
      .filter(([at]) => Number(at) <= minute())
      .at(-1)?.[1];
  const reporter = recordingReporter();
  const options: WatchOptions = {
    clock,
    reporter,
    signal: stop.signal,
    window: undefined,
    pollMs: MINUTE,
    backOff: { firstMs: MINUTE, mostMs: 8 * MINUTE },
    async look() {
      if (minute() >= untilMinute) stop.abort();
      return delivered();
    },
    async importOne() {
      imported.push(`${delivered()} at ${minute()}`);
      return "succeeded";
    },
    tell: async (status) => void statuses.push(status),
    ...changes,
  };
  return { options, statuses, imported, stop, minute, delivered, reporter };
}

const fails = (code: ErrorCode) => new ResyncError(code, { message: "It did not work." });

describe("watching", () => {
  it("imports each delivery once, as it comes, and stops cleanly", async () => {
    const { options, imported, statuses } = bed({ 3: "one", 7: "two" }, 20);
    expect(await watch(options)).toBe(2);
    expect(imported).toEqual(["one at 3", "two at 7"]);
    expect([...new Set(statuses.map(({ state }) => state))]).toEqual(["waiting", "importing", "stopped"]);
    expect(statuses.at(-1)).toMatchObject({ delivery: "two", lastImport: { delivery: "two", outcome: "succeeded" } });
  });

  it("does not count what was imported before", async () => {
    const { options } = bed({ 0: "one" }, 5, { importOne: async () => "unchanged" });
    expect(await watch(options)).toBe(0);
  });

  it("waits for its window", async () => {
    const { options, imported, statuses } = bed({ 0: "one" }, 700, { window: parseWindow("22:00-05:00") });
    await watch(options);
    expect(imported).toEqual(["one at 600"]);
    expect(statuses[0]?.state).toBe("outside window");
  });

  it("tries again with growing pauses, and a newer delivery at once", async () => {
    const tries: string[] = [];
    const { options, minute, delivered, statuses } = bed({ 0: "bad", 33: "good" }, 40, {
      async importOne() {
        tries.push(`${delivered()} at ${minute()}`);
        if (delivered() === "bad") throw fails("IMPORT_FAILED");
        return "succeeded";
      },
    });
    expect(await watch(options)).toBe(1);
    expect(tries).toEqual([
      "bad at 0",
      "bad at 1",
      "bad at 3",
      "bad at 7",
      "bad at 15",
      "bad at 23",
      "bad at 31",
      "good at 33",
    ]);
    expect(statuses.findLast(({ state }) => state === "backing off")).toMatchObject({
      failures: 7,
      lastError: { code: "IMPORT_FAILED" },
    });
    expect(statuses.at(-1)).toMatchObject({ state: "stopped", failures: 0 });
  });

  it.each(["IMPORT_UNDETERMINED", "ROLLBACK_FAILED", "SECRET_MISSING"] as const)(
    "ends for a person to look after %s",
    async (code) => {
      const { options, statuses } = bed({ 0: "one" }, 20, { importOne: async () => Promise.reject(fails(code)) });
      await expect(watch(options)).rejects.toMatchObject({ code });
      expect(statuses.at(-1)).toMatchObject({ state: "failed", lastError: { code } });
    },
  );

  it("goes on when the inbox cannot be reached for a while", async () => {
    let looks = 0;
    const { options, imported, delivered, stop } = bed({ 0: "one" }, 99, {
      async look() {
        if (++looks > 10) stop.abort();
        if (looks < 4) throw fails("CONNECT_FAILED");
        return delivered();
      },
    });
    await watch(options);
    expect(imported).toHaveLength(1);
  });

  it("in the middle of an import ends as Ctrl-C does", async () => {
    const { options, statuses, stop } = bed({ 0: "one" }, 99, {
      async importOne() {
        stop.abort();
        throw fails("INTERRUPTED");
      },
    });
    await expect(watch(options)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(statuses.at(-1)?.state).toBe("stopped");
  });

  it("finds an empty inbox empty", async () => {
    const folder = mkdtempSync(join(tmpdir(), "resync-watch-"));
    const inbox = { label: folder, open: async () => localPlace(folder) };
    expect(await lookIntoInbox(inbox, new AbortController().signal)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});

describe("a window", () => {
  it.each([
    ["22:00-05:00", 22, 0, true],
    ["22:00-05:00", 4, 59, true],
    ["22:00-05:00", 5, 0, false],
    ["22:00-05:00", 12, 0, false],
    ["8:30-17:00", 8, 30, true],
    ["8:30-17:00", 17, 0, false],
    ["8:30-17:00", 8, 29, false],
  ])("%s at %i:%i", (text, hours, minutes, open) => {
    expect(isOpen(parseWindow(text), new Date(2026, 0, 5, hours, minutes))).toBe(open);
  });

  it.each(["", "22:00", "22-05", "24:00-05:00", "22:00-22:00", "1:00-2:00-3:00"])("is not %j", (text) => {
    expect(() => parseWindow(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
