import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasCode } from "../../src/errors.ts";
import {
  TRIGGER_VALUE,
  DXA_KEY,
  DXA_SERVICE,
  type DssHost,
  type RegistryValue,
} from "../../src/push/generate/dss-host.ts";
import { openSimulatedDss } from "../../src/push/generate/hosts/simulated.ts";
import { collect } from "../../src/transfer/collect.ts";
import { localPlace } from "../../src/transfer/places/local.ts";
import { journals, makeBench, type Bench } from "./program.ts";

/** `npm run test:kills` runs the long form: every line, 100 random moments. The short form takes every third line. */
const RANDOM_KILLS = Number(process.env["RESYNC_KILLS"] ?? 6);
const LINE_STEP = RANDOM_KILLS >= 100 ? 1 : 3;
let bench: Bench;
let host: DssHost;
let asFound: Map<string, RegistryValue>;
let lasted = 2000;

beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "dss", "dss", "--entries", "300"]);
  await mkdir(bench.path("outbox"));
  host = await openSimulatedDss(bench.path("dss"));
  asFound = await host.listValues(DXA_KEY);
  const began = performance.now();
  expect(await push()).toMatchObject({ exitCode: 0 });
  lasted = performance.now() - began;
});
afterAll(async () => {
  await host.close();
  await bench.close();
});

const ARGS = [
  "push",
  "--dss",
  "simulated:dss",
  "--requestor",
  "HARBOUR",
  "--to",
  "outbox",
  "--poll",
  "20ms",
  "--settle",
  "20ms",
];
const push = () => bench.resync(ARGS);

describe("a push that is killed", () => {
  it(
    "at any line of its journal leaves no wrong file, and the next one says what was left and mends it",
    { timeout: 300_000 },
    async () => {
      const lines = (await journals(bench.stateDir)).at(-1)?.length ?? 0;
      const outcomes = new Map<number, string>();
      for (let line = 1; line < lines; line += LINE_STEP) {
        const before = await delivered();
        if (await killAtLine(line)) outcomes.set(line, await lookAfter(before, `line ${line} of ${lines}`));
      }
      expect(lines).toBeGreaterThan(10);
      expect(outcomes.size).toBeGreaterThan(lines / LINE_STEP / 2);
      expect(new Set(outcomes.values())).toContain("old");
    },
  );

  it(`at ${RANDOM_KILLS} random moments does no worse`, { timeout: 60_000 + RANDOM_KILLS * 15_000 }, async () => {
    for (let round = 0; round < RANDOM_KILLS; round += 1) {
      const before = await delivered();
      const moment = Math.random() * lasted;
      const child = bench.start(ARGS);
      await pause(moment);
      child.kill("SIGKILL");
      await child;
      await lookAfter(before, `${Math.round(moment)} ms`);
    }
  });
});

/** Kills a push as soon as its journal has `lines` lines. False when it ended before. */
async function killAtLine(lines: number): Promise<boolean> {
  const earlier = (await journals(bench.stateDir)).length;
  const child = bench.start(ARGS);
  const state = { ended: false };
  void child.then(() => (state.ended = true));
  while (!state.ended) {
    const all = await journals(bench.stateDir);
    const own = all.length > earlier ? (all.at(-1)?.length ?? 0) : 0;
    if (own >= lines) {
      child.kill("SIGKILL");
      const { isTerminated } = await child;
      return isTerminated;
    }
    await pause(2);
  }
  return false;
}

/** What stands in the outbox after a kill; then the next push must get through and leave the DSS as it was found. */
async function lookAfter(before: Buffer | undefined, when: string): Promise<string> {
  const now = await delivered().catch((error: unknown) => error);
  let found = "new";
  if (hasCode(now, "DELIVERY_INCOMPLETE")) found = "incomplete";
  else if (!Buffer.isBuffer(now)) throw new Error(`${when}: ${String(now)}`);
  else if (before !== undefined && now.equals(before)) found = "old";

  const next = await push();
  expect(next.exitCode, `${when}: ${next.stderr}`).toBe(0);
  expect(await host.readValue(DXA_KEY, TRIGGER_VALUE), when).toBeUndefined();
  expect(await host.listValues(DXA_KEY), when).toEqual(asFound);
  expect((await host.queryService(DXA_SERVICE)).state, when).toBe("running");
  expect(await delivered(), when).toBeInstanceOf(Buffer);
  return found;
}

/** The delivery that `import` would take. Throws as `collect` does. */
async function delivered(): Promise<Buffer> {
  const copy = bench.path(`copy-${Math.random()}`);
  await collect(localPlace(bench.path("outbox")), { copy, signal: new AbortController().signal });
  return readFile(copy);
}
