import { describe, expect, it } from "vitest";
import { renamePatiently } from "../../../src/transfer/places/local-rename.ts";

const failing = (code: string, times: number) => {
  const calls = { made: 0 };
  const rename = async (): Promise<void> => {
    calls.made += 1;
    if (calls.made <= times) throw Object.assign(new Error(code), { code });
  };
  return { rename, calls };
};

describe("renamePatiently", () => {
  it.each(["EBUSY", "EPERM", "EACCES"])("waits on Windows until a reader lets go: %s", async (code) => {
    const { rename, calls } = failing(code, 3);
    await renamePatiently("a", "b", { stallMs: 1_000, rename, sleep: async () => undefined, platform: "win32" });
    expect(calls.made).toBe(4);
  });

  it.each([
    ["EACCES", "ACCESS_DENIED"],
    ["EPERM", "ACCESS_DENIED"],
    ["ENOSPC", "DISK_FULL"],
    ["EROFS", "READ_ONLY"],
  ])("does not wait elsewhere for what stays: %s", async (code, expected) => {
    const { rename, calls } = failing(code, 1);
    await expect(renamePatiently("a", "b", { stallMs: 1_000, rename, platform: "linux" })).rejects.toMatchObject({
      code: expected,
    });
    expect(calls.made).toBe(1);
  });

  it("gives up after some seconds, and says what is wrong", async () => {
    const { rename } = failing("EBUSY", 1_000);
    let waited = 0;
    const sleep = async (ms: number): Promise<void> => void (waited += ms);
    const renaming = renamePatiently("a", "b", { stallMs: 1_000, rename, sleep, platform: "win32" });
    await expect(renaming).rejects.toMatchObject({ code: "FILE_BUSY" });
    expect(waited).toBeGreaterThan(2_000);
    expect(waited).toBeLessThan(5_000);
  });

  it("ends on abort between two tries", async () => {
    const end = new AbortController();
    const rename = async (): Promise<void> => {
      end.abort();
      throw Object.assign(new Error("busy"), { code: "EBUSY" });
    };
    await expect(renamePatiently("a", "b", { stallMs: 1_000, rename, signal: end.signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
});
