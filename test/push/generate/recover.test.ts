import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../src/journal/journal.ts";
import { DXA_KEY, DXA_SERVICE, GLOBAL_MAX_VALUE, TRIGGER_VALUE } from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { recoverGenerate } from "../../../src/push/generate/recover.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext, type DssBed } from "./support.ts";

/** Entries a whole run with an earlier list writes, the settling note included (interrupted.test.ts pins them). */
const ENTRIES = 13;
const OPTIONS = { stateTimeoutMs: 20_000, pollMs: 5 };

/** Begins a run that stands still for ever at its journal's entry `at`, before or after that entry is on the disk; gives its journal. */
async function cutOff(bed: DssBed, at: number, when: "before" | "after"): Promise<JournalEntry[]> {
  return new Promise((resolve, reject) => {
    let written = -1;
    const disk: JournalEntry[] = [];
    const run = testContext({}, async (entry) => {
      if (entry.type === "begin") return;
      written += 1;
      if (written < at || when === "after") disk.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
      if (written < at) return;
      resolve(disk);
      await new Promise(() => undefined);
    });
    run.then((context) => generate(bed.host, requestFor(bed), context)).catch(reject);
  });
}

const moments = Array.from({ length: ENTRIES }, (_, at) => [[at, "before"] as const, [at, "after"] as const]).flat();

describe.concurrent("a run cut off at its journal's entry", () => {
  it.each(moments)("%i, %s it is written, is undone, and undone again without harm", async (at, when) => {
    const bed = await dssBed();
    try {
      await putEarlier(bed, "precious");
      const before = await pictureOf(bed);
      const entries = await cutOff(bed, at, when);

      const first = await recoverGenerate(bed.host, entries, await testContext(), OPTIONS);
      expect(first.trouble).toEqual([]);
      const after = await pictureOf(bed);
      expect(after.values).toEqual(before.values);
      expect(after.service).toBe("running");
      expect(Object.values(after.files).filter((content) => content === "precious")).toHaveLength(1);

      const again = await recoverGenerate(bed.host, entries, await testContext(), OPTIONS);
      expect(again.trouble).toEqual([]);
      expect((await pictureOf(bed)).values).toEqual(before.values);
      expect((await pictureOf(bed)).service).toBe("running");
    } finally {
      await bed.close();
    }
  });
});

describe("recoverGenerate", () => {
  const withBed = async (act: (bed: DssBed) => Promise<void>): Promise<void> => {
    const bed = await dssBed();
    try {
      await act(bed);
    } finally {
      await bed.close();
    }
  };
  const AFTER_TRIGGER = 6;

  it("says what it mended and notes that the DSS is settled", () =>
    withBed(async (bed) => {
      await putEarlier(bed, "precious");
      const entries = await cutOff(bed, AFTER_TRIGGER, "after");
      const context = await testContext();
      const { done } = await recoverGenerate(bed.host, entries, context, OPTIONS);
      expect(done).toEqual([
        `${TRIGGER_VALUE} was removed`,
        `${GLOBAL_MAX_VALUE} was removed`,
        `${DXA_SERVICE} is running, as found`,
        "the earlier Resync.glb has its name back",
      ]);
      expect(context.entries.at(-1)).toMatchObject({ type: "note", step: "generate.settled" });
      const nothing = await recoverGenerate(bed.host, [...entries, ...context.entries], await testContext(), OPTIONS);
      expect(nothing).toEqual({ done: [], trouble: [] });
    }));

  it("leaves a value alone that somebody else has written since", () =>
    withBed(async (bed) => {
      const entries = await cutOff(bed, 4, "after");
      const theirs = { type: "REG_MULTI_SZ", data: ["SOMEBODY/ELSE"] } as const;
      await bed.host.writeValue(DXA_KEY, TRIGGER_VALUE, theirs);
      const { done } = await recoverGenerate(bed.host, entries, await testContext(), OPTIONS);
      expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toEqual(theirs);
      expect(done.join()).toContain(
        `${TRIGGER_VALUE} now is REG_MULTI_SZ "SOMEBODY/ELSE", which resync has not written`,
      );
    }));

  it("passes over another host's journal", () =>
    withBed(async (bed) => {
      const entries = await cutOff(bed, 4, "after");
      const other = { ...bed.host, label: "simulated:/elsewhere" };
      expect(await recoverGenerate(other, entries, await testContext(), OPTIONS)).toEqual({ done: [], trouble: [] });
      expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeDefined();
    }));

  it("only tells in a dry run", () =>
    withBed(async (bed) => {
      const entries = await cutOff(bed, 4, "after");
      const before = await pictureOf(bed);
      const context = await testContext({ dryRun: true });
      await recoverGenerate(bed.host, entries, context, OPTIONS);
      expect(await pictureOf(bed)).toEqual(before);
      expect(context.reporter.events.every((event) => event.type === "would")).toBe(true);
      expect(context.reporter.events.length).toBeGreaterThan(0);
    }));

  it("tells what it could not put back, and can be run again when the cause is gone", () =>
    withBed(async (bed) => {
      const entries = await cutOff(bed, 4, "after");
      const denied = {
        ...bed.host,
        deleteValue: () => Promise.reject(new Error("the line is down")),
      };
      const first = await recoverGenerate(denied, entries, await testContext(), OPTIONS);
      expect(first.trouble.map(({ text }) => text)).toEqual([
        expect.stringMatching(/^ResyncConnectionRDNs was not put back: .*the line is down/u),
        expect.stringMatching(/^GlobalMaxSeqInResync was not put back/u),
      ]);
      expect(first.trouble[0]?.error.state).toContain("could NOT be put back completely");
      const second = await recoverGenerate(bed.host, entries, await testContext(), OPTIONS);
      expect(second.trouble).toEqual([]);
      expect(await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)).toBeUndefined();
    }));

  it("starts a service that the run had stopped, with the value gone first", () =>
    withBed(async (bed) => {
      const entries = await cutOff(bed, 5, "before");
      const order: string[] = [];
      const watched = {
        ...bed.host,
        deleteValue: (...args: Parameters<typeof bed.host.deleteValue>) => {
          order.push("delete");
          return bed.host.deleteValue(...args);
        },
        requestStart: (name: string) => {
          order.push("start");
          return bed.host.requestStart(name);
        },
      };
      await recoverGenerate(watched, entries, await testContext(), OPTIONS);
      expect(order.at(-1)).toBe("start");
      expect(order).toContain("delete");
    }));
});
