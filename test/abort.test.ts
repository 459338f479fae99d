import { describe, expect, it } from "vitest";
import { abortable, untilAborted } from "../src/abort.ts";
import { blocksOf } from "../src/transfer/places/blocks.ts";
import { inTime } from "../src/transfer/places/in-time.ts";

const never = async (): Promise<never> => new Promise(() => undefined);

describe("untilAborted", () => {
  it("takes any number of waiters on one signal without a warning, and ends them all", async () => {
    const end = new AbortController();
    const waiting = Array.from({ length: 40 }, async () => untilAborted(never(), end.signal));
    end.abort();
    for (const one of await Promise.allSettled(waiting)) expect(one).toMatchObject({ reason: { code: "INTERRUPTED" } });
  });

  it("is the promise itself while nothing aborts", async () => {
    const error = new Error("its own");
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(untilAborted(Promise.reject(error), signal)).rejects.toBe(error);
  });
});

describe("abortable", () => {
  it("tells a source that is not read to its end to stop", async () => {
    const stopped: string[] = [];
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        stopped.push("yes");
      }
    }
    for await (const item of abortable(source())) if (item === 1) break;
    expect(stopped).toEqual(["yes"]);
  });
});

describe("blocksOf", () => {
  it.each([
    [[], []],
    [[0, 0], []],
    [[3], [3]],
    [[4], [4]],
    [[9], [4, 4, 1]],
    [
      [1, 1, 1, 1, 1],
      [4, 1],
    ],
    [
      [3, 6, 3],
      [4, 4, 4],
    ],
    [
      [2, 0, 4, 4],
      [4, 4, 2],
    ],
  ])("cuts chunks of %j into blocks of 4: %j", async (chunks, expected) => {
    let next = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const size of chunks) yield Uint8Array.from({ length: size }, () => (next += 1));
    }
    const blocks: Buffer[] = [];
    for await (const block of blocksOf(source(), 4)) blocks.push(Buffer.from(block));
    expect(blocks.map((block) => block.length)).toEqual(expected);
    expect(Array.from(Buffer.concat(blocks))).toEqual(Array.from({ length: next }, (_, index) => index + 1));
  });
});

describe("inTime", () => {
  it("gives up what does not answer, and says what it was", async () => {
    await expect(inTime(never(), "/mnt/nt4/glb", 30)).rejects.toMatchObject({
      code: "STALLED",
      retryable: true,
      message: expect.stringContaining("/mnt/nt4/glb"),
    });
  });

  it("passes on what comes in time", async () => {
    expect(await inTime(Promise.resolve(7), "x", 1_000)).toBe(7);
  });
});
