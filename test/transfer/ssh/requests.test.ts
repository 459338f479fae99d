import { describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { createRequests, type Answer } from "../../../src/transfer/ssh/requests.ts";

const lost = new ResyncError("CONNECTION_LOST", { message: "gone" });

function make(stallMs = 100) {
  const given: ResyncError[] = [];
  return { requests: createRequests("sftp://files", stallMs, (error) => given.push(error)), given };
}

describe("createRequests", () => {
  it("passes on answers and errors as they are", async () => {
    const { requests } = make();
    const error = new Error("status 4");
    expect(await requests.ask<number>((answer) => answer(null, 7))).toBe(7);
    await expect(requests.ask((answer) => answer(error, undefined))).rejects.toBe(error);
    await expect(
      requests.ask(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  it("gives up when nothing is answered, and refuses what comes later", async () => {
    const { requests, given } = make(60);
    const waiting = [requests.ask(() => undefined), requests.ask(() => undefined)];
    for (const one of await Promise.allSettled(waiting)) expect(one).toMatchObject({ reason: { code: "STALLED" } });
    expect(given).toHaveLength(1);
    await expect(requests.ask((answer) => answer(null, 1))).rejects.toBe(given[0]);
  });

  it("waits as long as any request is answered", async () => {
    const { requests, given } = make(120);
    const silent = requests.ask(() => undefined);
    silent.catch(() => undefined);
    for (let answered = 0; answered < 5; answered += 1) {
      await requests.ask<void>((answer) => void setTimeout(() => answer(null, undefined), 50));
    }
    expect(given).toEqual([]);
    await expect(silent).rejects.toMatchObject({ code: "STALLED" });
  });

  it("does not blame the server for a time in which this process itself was held up", async () => {
    const { requests, given } = make(100);
    let late: Answer<number> = () => undefined;
    const asked = requests.ask<number>((answer) => {
      late = answer;
    });
    setTimeout(() => {
      const end = performance.now() + 150;
      while (performance.now() < end);
      // What came meanwhile is read after the timers that were due.
      setImmediate(() => late(null, 1));
    }, 10);
    expect(await asked).toBe(1);
    expect(given).toEqual([]);
  });

  it("fails everything with the first reason", async () => {
    const { requests } = make();
    const asked = requests.ask(() => undefined);
    requests.fail(lost);
    requests.fail(new ResyncError("IO", { message: "later" }));
    await expect(asked).rejects.toBe(lost);
    await expect(requests.ask(() => undefined)).rejects.toBe(lost);
    expect(requests.failure).toBe(lost);
  });

  it("ignores an answer that comes twice or too late", async () => {
    const { requests } = make(40);
    let answer: Answer<number> = () => undefined;
    const asked = requests.ask<number>((how) => {
      answer = how;
    });
    await expect(asked).rejects.toMatchObject({ code: "STALLED" });
    expect(() => answer(null, 1)).not.toThrow();
  });
});
