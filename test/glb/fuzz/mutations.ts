import { expect, it } from "vitest";
import { encodeAll } from "../support/bytes.ts";
import { LAYOUTS } from "../support/layouts.ts";
import { somePeople } from "../support/people.ts";
import { randomNumbers } from "../support/random.ts";
import { watchdog } from "../support/watchdog.ts";
import { mutated } from "./mutate.ts";
import { readAll } from "./read-all.ts";

/**
 * Mutations tried, and the number of the first. The long run (npm run test:fuzz) tries a million; each has its own random numbers, so a run can
 * be cut into pieces and taken up again: `GLB_FUZZ_FROM=400000 GLB_FUZZ=600000`.
 */
const MUTATIONS = Number(process.env["GLB_FUZZ"] ?? 3000);
const FROM = Number(process.env["GLB_FUZZ_FROM"] ?? 0);
const SEED = Number(process.env["GLB_FUZZ_SEED"] ?? 20_261_123);
/** No file of a few kilobytes may take more time of the processor; other work of the machine does not count. */
const LONGEST_MS = 5000;
/** Nor more by the clock, however busy the machine is. */
const NEVER_MS = 120_000;
/** Bytes that the process may grow by, however long it runs. */
const MOST_MEMORY = 300_000_000;
/** Records of the files that are changed: few in most, so that many changes fit into an hour, and in one of twenty enough to search for a checksum. */
const SMALL = [1, 2, 3, 5];
const LARGE = 14;
const LARGE_ONE_IN = 20;

/** The test of every second mutation, even or odd: two files of tests run at once, on two processors. */
export function fuzzHalf(half: 0 | 1): void {
  it(
    `${MUTATIONS} mutations from ${FROM} on end in a result, in time and memory: ${half === 0 ? "even" : "odd"} ones`,
    { timeout: 24 * 3_600_000 },
    async () => {
      const small = await files(SMALL);
      const large = await files([LARGE]);
      const before = process.memoryUsage().rss;
      const dog = watchdog(NEVER_MS);
      let slowest = 0;
      for (let number = FROM + ((FROM + half) % 2); number < FROM + MUTATIONS; number += 2) {
        const random = randomNumbers(SEED + number);
        const bases = random(LARGE_ONE_IN) === 0 ? large : small;
        const bytes = mutated(bases[random(bases.length)] as Buffer, random);
        const which = () => `mutation ${number} of seed ${SEED}: ${bytes.toString("base64")}`;
        dog.begin(number);
        const started = process.cpuUsage();
        await readAll(bytes, 1 + random(2000)).catch((cause: unknown) => {
          throw new Error(which(), { cause });
        });
        const took = process.cpuUsage(started).user / 1000;
        slowest = Math.max(slowest, took);
        if (took > LONGEST_MS) expect.fail(`${took} ms for ${which()}`);
        if (number % 1000 === half) expect(process.memoryUsage().rss - before, which()).toBeLessThan(MOST_MEMORY);
        if (number % 50_000 === 49_998 + half)
          process.stderr.write(`mutation ${number} read; the slowest took ${slowest.toFixed(0)} ms\n`);
      }
      await dog.stop();
    },
  );
}

function files(counts: readonly number[]): Promise<Buffer[]> {
  return Promise.all(LAYOUTS.flatMap((layout) => counts.map((count) => encodeAll(somePeople(count), { layout }))));
}
