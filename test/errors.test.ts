import { describe, expect, it } from "vitest";
import { abortError, asResyncError, ERROR_EXIT, EXIT, hasCode, ResyncError } from "../src/errors.ts";

describe("exit codes", () => {
  it("are what scripts rely on", () => {
    expect(EXIT).toEqual({
      done: 0,
      unexpected: 1,
      usage: 2,
      preflight: 3,
      connection: 4,
      transfer: 5,
      notProduced: 6,
      badFile: 7,
      rolledBack: 8,
      notRolledBack: 9,
      nothingToDo: 10,
      locked: 11,
      undetermined: 12,
      partly: 13,
      interrupted: 130,
      terminated: 143,
    });
  });

  it("stand behind every error code", () => {
    const known = new Set<number>(Object.values(EXIT));
    for (const [code, exit] of Object.entries(ERROR_EXIT)) expect(known, code).toContain(exit);
  });
});

describe("ResyncError", () => {
  it("keeps what it knows when more is said about it", () => {
    const cause = new Error("EPIPE");
    const first = new ResyncError("CONNECTION_LOST", {
      message: "gone",
      hint: "again",
      retryable: true,
      facts: { a: 1 },
      cause,
    });
    const second = first.with({ state: "nothing changed", facts: { b: 2 } });
    expect(second).toMatchObject({
      code: "CONNECTION_LOST",
      exitCode: 4,
      message: "gone",
      hint: "again",
      state: "nothing changed",
      retryable: true,
      facts: { a: 1, b: 2 },
      cause,
    });
  });

  it("wraps what is not one as unexpected, with its cause", () => {
    const cause = new TypeError("x is not a function");
    expect(asResyncError(cause)).toMatchObject({ code: "UNEXPECTED", exitCode: 1, cause });
    expect(hasCode(asResyncError("text"), "UNEXPECTED", "IO")).toBe(true);
  });

  it.each([
    ["ENOSPC", "DISK_FULL", 5],
    ["EACCES", "ACCESS_DENIED", 5],
    ["EROFS", "READ_ONLY", 5],
    ["EIO", "IO", 5],
    ["EBUSY", "FILE_BUSY", 5],
    ["ENOENT", "UNEXPECTED", 1],
    ["EINVAL", "UNEXPECTED", 1],
  ])("calls %s what it is: %s", (errno, code, exitCode) => {
    const cause = Object.assign(new Error("x"), { code: errno, path: "/var/spool/x" });
    const error = asResyncError(cause);
    expect(error).toMatchObject({ code, exitCode, cause });
    if (code !== "UNEXPECTED") expect(error.message).toMatch(/^\/var\/spool\/x .*\.$/u);
  });

  it("is what an aborted signal carries", () => {
    const reason = new ResyncError("TERMINATED", { message: "SIGTERM" });
    expect(abortError(AbortSignal.abort(reason))).toBe(reason);
    expect(abortError(AbortSignal.abort())).toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
  });
});
