import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { steppingClock, type Clock } from "../../src/clock.ts";
import { abortError, ResyncError } from "../../src/errors.ts";
import { openPostoffice, type Postoffice } from "../../src/import/postoffice/postoffice.ts";
import { plain, type DosCall, type ImportRunner, type RunOptions } from "../../src/import/runner/import-runner.ts";
import { DEFAULT_LIMITS, limitsOf, runWatched } from "../../src/import/watchdog.ts";
import { importBed, type ImportBed } from "./support.ts";

const CALL: DosCall = { program: "IMPORT", args: [plain("-q")] };
const limits = { idleMs: 10_000, overallMs: 100_000, pollMs: 1000 };
let bed: ImportBed;
let postoffice: Postoffice;
beforeEach(async () => {
  bed = await importBed();
  postoffice = await openPostoffice(bed.root);
});
afterEach(() => bed.remove());

/** A program that does `act` at each look of the watchdog and ends after `looks` of them, or when it is told to. */
function program(act: (look: number, options: RunOptions) => void, looks: number) {
  let look = 0;
  let over = () => {};
  let given: RunOptions | undefined;
  const runner: ImportRunner = {
    label: "test",
    capabilities: { screen: true },
    describe: () => [],
    check: async () => undefined,
    async run(_call, options) {
      given = options;
      await new Promise<void>((resolve) => {
        over = resolve;
        options.signal.addEventListener("abort", () => resolve());
      });
      if (options.signal.aborted)
        return { kind: "killed", reason: abortError(options.signal), screen: "", durationMs: 1 };
      return { kind: "ended", exitCode: 0, screen: "", durationMs: 1 };
    },
  };
  const onLook = () => {
    look += 1;
    if (given) act(look, given);
    if (look === looks) over();
  };
  return { runner, onLook };
}

async function watched(
  act: (look: number, options: RunOptions) => void,
  looks: number,
  signal = new AbortController().signal,
) {
  const clock: Clock = steppingClock(new Date());
  const { runner, onLook } = program(act, looks);
  return runWatched(postoffice, runner, CALL, { clock, limits, signal, onLook });
}

describe("the watchdog", () => {
  it("lets a program end by itself, however still it is until its limit", async () => {
    expect(await watched(() => undefined, 9)).toMatchObject({ kind: "ended" });
  });

  it("ends a program that shows no sign of life", async () => {
    const end = await watched(() => undefined, 1000);
    expect(end).toMatchObject({
      kind: "killed",
      reason: { code: "STALLED", message: expect.stringContaining("no sign of life for 10 seconds") },
    });
  });

  const life: [string, (look: number, options: RunOptions) => void][] = [
    ["the screen", (_look, { onScreen }) => onScreen?.(".")],
    ["the log", () => appendFileSync(join(bed.root, "LOG/DIRSYNC.LOG"), "line\r\n")],
    ["a queue", () => appendFileSync(join(bed.root, "GLB/SRVTRANS.GLB"), "x")],
    ["a new list", (look) => appendFileSync(join(bed.root, `USR/IMPORT.${look}`), "")],
  ];
  it.each(life)("takes %s for a sign of life", async (_name, act) => {
    expect(await watched((look, options) => (look % 8 === 0 ? act(look, options) : undefined), 50)).toMatchObject({
      kind: "ended",
    });
  });

  it("ends a program that is busy for ever", async () => {
    const end = await watched((_look, { onScreen }) => onScreen?.("."), 1000);
    expect(end).toMatchObject({ kind: "killed", reason: { facts: { overallMs: 100_000 } } });
  });

  it("never goes without a limit", () => {
    expect(limitsOf({ idleMs: undefined, overallMs: 5 })).toEqual({ ...DEFAULT_LIMITS, overallMs: 5 });
    expect(limitsOf()).toEqual(DEFAULT_LIMITS);
  });

  it("hands the caller's reason on", async () => {
    const stop = new AbortController();
    const reason = new ResyncError("TERMINATED", { message: "SIGTERM" });
    const end = await watched((look) => (look === 3 ? stop.abort(reason) : undefined), 1000, stop.signal);
    expect(end).toMatchObject({ kind: "killed", reason });
  });
});
