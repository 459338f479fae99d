import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newFlight } from "../../src/smb2/files/flight.ts";

const MB = 1_048_576;

/** Sends `megabytes` over a line that carries `bytesPerMs` after `latencyMs`; returns the longest wait for an answer and the time. */
function simulate(bytesPerMs: number, latencyMs: number, megabytes: number): { longest: number; total: number } {
  const flight = newFlight();
  const answers: { at: number; sent: number; bytes: number; carried: number }[] = [];
  let now = 0;
  let lineFree = 0;
  let longest = 0;
  for (let left = megabytes * MB; left > 0 || answers.length > 0;) {
    const bytes = Math.min(left, flight.chunk(MB));
    if (bytes > 0 && flight.hasRoom(bytes)) {
      lineFree = Math.max(now, lineFree) + bytes / bytesPerMs;
      answers.push({ at: lineFree + latencyMs, sent: now, bytes, carried: flight.left(bytes) });
      left -= bytes;
      continue;
    }
    const answer = answers.shift();
    if (answer === undefined) throw new Error("nothing under way and no room");
    now = answer.at;
    longest = Math.max(longest, now - answer.sent);
    flight.answered(answer.carried, now - answer.sent);
    flight.done(answer.bytes);
  }
  return { longest, total: now };
}

describe("how much is under way", () => {
  it("never waits longer for an answer than a request may take, from a modem to a fibre", () => {
    const line = fc.record({
      kbitPerS: fc.integer({ min: 64, max: 10_000_000 }),
      latencyMs: fc.integer({ min: 0, max: 700 }),
    });
    fc.assert(
      fc.property(line, ({ kbitPerS, latencyMs }) => {
        expect(simulate(kbitPerS / 8, latencyMs, 20).longest).toBeLessThan(25_000);
      }),
    );
  });

  it("keeps a fast line busy, however long it is", () => {
    for (const latencyMs of [0, 1, 50]) {
      const bytesPerMs = 125_000;
      const ideal = (200 * MB) / bytesPerMs;
      expect(simulate(bytesPerMs, latencyMs, 200).total).toBeLessThan(ideal * 1.1 + latencyMs * 3);
    }
  });

  it("is one request when careful", () => {
    const flight = newFlight(true);
    flight.left(flight.chunk(MB));
    expect(flight.hasRoom(1)).toBe(false);
    flight.answered(1000, 1);
    expect(flight.hasRoom(1)).toBe(false);
  });
});
