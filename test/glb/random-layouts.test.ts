import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GlbLayout } from "../../src/glb/layouts.ts";
import { readMasterList, type MasterListItem } from "../../src/glb/master-list.ts";
import type { GlbRecord } from "../../src/glb/record.ts";
import { chunked, encodeAll } from "./support/bytes.ts";
import { somePeople } from "./support/people.ts";
import { randomLayout } from "./support/random-layouts.ts";

/** Layouts tried; `GLB_LAYOUTS=1000` for the long run (npm run test:long). */
const RUNS = Number(process.env["GLB_LAYOUTS"] ?? 60);
const SEED = Number(process.env["GLB_LAYOUTS_SEED"] ?? 1994);

type Outcome = "all" | "texts" | "honest" | "wrong";

/**
 * What became of a file: everything right (`all`); all texts, and of the numbers fewer or with doubt (`texts`); less, and said so (`honest`); or
 * something claimed without a doubt that is not so (`wrong`).
 */
async function outcome(layout: GlbLayout, records: readonly GlbRecord[]): Promise<{ outcome: Outcome; why: string }> {
  const list = await readMasterList(chunked(await encodeAll(records, { layout })));
  if (list.finding === undefined) return { outcome: "honest", why: list.why };
  const { confidence, reasons, unexplained } = list.finding;
  const items: MasterListItem[] = [];
  for await (const batch of list.items()) items.push(...batch);
  const doubts = reasons.join("\n");
  const told = items.filter((item) => item.kind === "damage" || item.fault !== undefined);
  const read = items.flatMap((item) => (item.kind === "record" ? [item] : []));
  const right = new Map(records.map((record) => [record.text, record]));
  const wrong = read.find((item) => {
    if (item.fault !== undefined) return false;
    const record = right.get(item.text);
    if (record === undefined) return true;
    const sync = doubts.includes("uncertain") ? record.sync : (item.sync ?? record.sync);
    const stamp = doubts.includes("not certain") ? record.stamp : (item.stamp ?? record.stamp);
    return sync !== record.sync || stamp !== record.stamp;
  });
  const why = (what: unknown) => [JSON.stringify(what), confidence, ...reasons, ...unexplained].join("\n");
  if (wrong !== undefined) return { outcome: "wrong", why: why(wrong) };
  if (told.length > 0) return { outcome: "honest", why: why(told[0]) };
  if (read.length < records.length) return { outcome: "wrong", why: why(`${read.length} records`) };
  const all =
    !doubts.includes("uncertain") && read.every((item) => item.sync !== undefined && item.stamp !== undefined);
  return { outcome: all ? "all" : "texts", why: why("") };
}

describe("layouts that nobody thought of", () => {
  it(
    `of ${RUNS}, nine in ten are read, and next to none is read wrongly without a word`,
    { timeout: 3_600_000 },
    async () => {
      const seen: Record<Outcome, number> = { all: 0, texts: 0, honest: 0, wrong: 0 };
      const wrong: string[] = [];
      const file = fc.record({
        layout: randomLayout,
        count: fc.constantFrom(20, 100, 600),
        first: fc.integer({ min: 1, max: 60_000 }),
      });
      for (const { layout, count, first } of fc.sample(file, { numRuns: RUNS, seed: SEED })) {
        const result = await outcome(layout, somePeople(count, first));
        seen[result.outcome]++;
        if (result.outcome === "wrong") wrong.push(`${count} from ${first}: ${JSON.stringify(layout)}\n${result.why}`);
      }
      process.stderr.write(`${RUNS} layouts at random: ${JSON.stringify(seen)}\n`);
      expect(seen.all + seen.texts, JSON.stringify(seen)).toBeGreaterThanOrEqual(RUNS * 0.85);
      expect(seen.wrong, wrong.join("\n\n")).toBeLessThanOrEqual(RUNS * 0.02);
    },
  );
});
