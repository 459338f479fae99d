import { describe, expect, it } from "vitest";
import { abortOnSignals } from "../../src/cli/signals.ts";

/** Signals that no test runner listens to, told to this process as Node tells them. */
describe("a signal", () => {
  it.each([
    ["SIGBREAK", "INTERRUPTED", 130],
    ["SIGHUP", "TERMINATED", 143],
  ] as const)("%s ends a run once, and only once", (name, code, exitCode) => {
    let again = 0;
    const { signal, release } = abortOnSignals(() => again++);
    process.emit(name, name);
    expect(signal.reason).toMatchObject({ code, exitCode });
    process.emit(name, name);
    expect(again).toBe(1);
    release();
    process.emit(name, name);
    expect(again).toBe(1);
  });
});
