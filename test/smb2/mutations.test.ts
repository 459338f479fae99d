import { expect, it } from "vitest";
import { runMutated, type Outcome } from "./mutations.ts";

/** `SMB_MUTATIONS=100000 npx vitest run test/smb2/mutations.test.ts` is the long campaign; `SMB_SEED` starts it elsewhere. */
const COUNT = Number(process.env["SMB_MUTATIONS"] ?? 2000);
const FIRST = Number(process.env["SMB_SEED"] ?? 1);
const AT_ONCE = 16;

it(
  `survives ${COUNT} sessions with a mutated answer: no crash, no hang, no unbounded memory`,
  async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const ended = new Map<string, number>();
    const wrong: Outcome[] = [];
    let slowest = 0;
    let seed = FIRST;
    let highest = 0;
    const before = process.memoryUsage().rss;
    const worker = async (): Promise<void> => {
      while (seed < FIRST + COUNT) {
        const outcome = await runMutated(seed++);
        ended.set(outcome.ended, (ended.get(outcome.ended) ?? 0) + 1);
        if (outcome.wrong !== undefined) wrong.push(outcome);
        slowest = Math.max(slowest, outcome.ms);
        if (seed % 500 === 0) highest = Math.max(highest, process.memoryUsage().rss);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.off("unhandledRejection", note);

    if (COUNT > 2000)
      process.stderr.write(`${JSON.stringify({ ...Object.fromEntries(ended), slowest, rss: highest })}\n`);
    expect(wrong).toEqual([]);
    expect(unhandled).toEqual([]);
    expect([...ended.values()].reduce((sum, count) => sum + count, 0)).toBe(COUNT);
    expect(ended.size).toBeGreaterThan(3);
    expect(slowest).toBeLessThan(60_000);
    expect(highest - before).toBeLessThan(400_000_000);
  },
  COUNT * 40 + 20_000,
);
