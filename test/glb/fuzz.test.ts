import { describe, expect, it } from "vitest";
import { inspectItems } from "../../src/glb/formats/inspected.ts";
import { readMasterList } from "../../src/glb/master-list.ts";
import { summarize } from "../../src/glb/summary.ts";
import { chunked, encodeAll } from "./support/bytes.ts";
import { LAYOUTS, NAMED_LAYOUTS } from "./support/layouts.ts";
import { somePeople } from "./support/people.ts";
import { randomNumbers } from "./support/random.ts";
import { watchdog } from "./support/watchdog.ts";

/**
 * Mutations tried, and the number of the first. The long run (npm run test:fuzz) tries a million; each has its own random numbers, so a run can
 * be cut into pieces and taken up again: `GLB_FUZZ_FROM=400000 GLB_FUZZ=600000`.
 */
const MUTATIONS = Number(process.env["GLB_FUZZ"] ?? 1500);
const FROM = Number(process.env["GLB_FUZZ_FROM"] ?? 0);
const SEED = Number(process.env["GLB_FUZZ_SEED"] ?? 20_261_123);
/** No file of a few kilobytes may take longer, on a busy machine either. */
const LONGEST_MS = 5000;
/** Bytes that the process may grow by, however long it runs. */
const MOST_MEMORY = 300_000_000;

/** Reads everything there is to read; throws only when the reader does. Returns the records and pieces of damage. */
async function readAll(bytes: Buffer, chunk: number): Promise<{ records: number; damaged: number }> {
  const list = await readMasterList(chunked(bytes, chunk));
  if (list.finding === undefined) return { records: 0, damaged: 0 };
  const { records, damage, end } = await summarize(list);
  expect(end.size).toBe(bytes.length);
  return { records, damaged: damage.count };
}

type Random = (below: number) => number;

const MUTATE: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => changed(bytes, random(bytes.length), random(256)),
  (bytes, random) => changed(bytes, random(bytes.length), [0, 9, 10, 13, 0x20, 0x41, 0xff][random(7)] as number),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => bytes.subarray(random(bytes.length)),
  (bytes, random) => cut(bytes, random(bytes.length), random(40)),
  (bytes, random) =>
    insert(bytes, random(bytes.length), Buffer.from(Array.from({ length: random(40) }, () => random(256)))),
  (bytes, random) => insert(bytes, random(bytes.length), bytes.subarray(random(bytes.length)).subarray(0, random(300))),
  (bytes, random) => insert(bytes, random(bytes.length), Buffer.from("A A A PCM:R T M D#".repeat(random(8)))),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random(600), random(256))]),
];

function mutated(base: Buffer, random: Random): Buffer {
  let bytes = base;
  for (let times = 1 + random(6); times > 0 && bytes.length > 0; times--) {
    bytes = (MUTATE[random(MUTATE.length)] as (typeof MUTATE)[number])(bytes, random);
  }
  return bytes;
}

function changed(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = byte;
  return copy;
}

function cut(bytes: Buffer, at: number, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
}

function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

describe("whatever is in the file", () => {
  it(
    `${MUTATIONS} mutations from ${FROM} on end in a result, in time and memory`,
    { timeout: 24 * 3_600_000 },
    async () => {
      const bases = await Promise.all(
        LAYOUTS.flatMap((layout) => [1, 2, 5, 12].map((count) => encodeAll(somePeople(count), { layout }))),
      );
      const before = process.memoryUsage().rss;
      const dog = watchdog(LONGEST_MS * 4);
      let slowest = 0;
      for (let number = FROM; number < FROM + MUTATIONS; number++) {
        const random = randomNumbers(SEED + number);
        const bytes = mutated(bases[random(bases.length)] as Buffer, random);
        const which = () => `mutation ${number} of seed ${SEED}: ${bytes.toString("base64")}`;
        dog.begin(number);
        const started = performance.now();
        await readAll(bytes, 1 + random(2000)).catch((cause: unknown) => {
          throw new Error(which(), { cause });
        });
        const took = performance.now() - started;
        slowest = Math.max(slowest, took);
        if (took > LONGEST_MS) expect.fail(`${took} ms for ${which()}`);
        if (number % 1000 === 0) expect(process.memoryUsage().rss - before, which()).toBeLessThan(MOST_MEMORY);
        if (number % 50_000 === 49_999)
          process.stderr.write(`${number + 1} mutations; the slowest took ${slowest.toFixed(0)} ms\n`);
      }
      await dog.stop();
    },
  );

  it.each(NAMED_LAYOUTS)(
    "every truncation ends in the records before it: %s",
    async (_, layout) => {
      const step = process.env["GLB_FUZZ"] === undefined ? 41 : 1;
      const bytes = await encodeAll(somePeople(24), { layout });
      let least = 0;
      for (let size = 1; size <= bytes.length; size += step) {
        const { records } = await readAll(bytes.subarray(0, size), 4096);
        expect(records).toBeLessThanOrEqual(24);
        // Once layout and terminator can be told, more bytes never give fewer records.
        if (size > 600) expect(records).toBeGreaterThanOrEqual(least - 1);
        least = Math.max(least, records);
      }
    },
    600_000,
  );

  it("a megabyte that looks like the beginnings of records everywhere takes moments", async () => {
    for (const pattern of ["A A A A ", "A A\tPCM:A/A/A", "#######\0", "A x\tPCM:N/P/B\0", "\0".repeat(64)]) {
      const bytes = Buffer.from(pattern.repeat(Math.ceil(1_000_000 / pattern.length)), "latin1");
      const started = performance.now();
      await readAll(bytes, 65_536);
      expect(performance.now() - started, JSON.stringify(pattern)).toBeLessThan(20_000);
    }
  });

  it("leaving off early closes the source", async () => {
    let closed = false;
    const bytes = await encodeAll(somePeople(50_000));
    async function* source() {
      try {
        yield* chunked(bytes);
      } finally {
        closed = true;
      }
    }
    const list = await readMasterList(source());
    if (list.finding === undefined) throw new Error(list.why);
    for await (const batch of inspectItems(list, { limit: 3 })) expect(batch).toHaveLength(3);
    expect(closed).toBe(true);
  });
});
