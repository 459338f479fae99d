import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { journalOver, type JournalEntry, type RunId } from "../../src/journal/journal.ts";
import type { RunRecord } from "../../src/journal/store.ts";
import { lastDelivery, noteDelivered, pastDeliveries, type PastDeliveryAt } from "../../src/push/last-delivery.ts";
import type { Manifest } from "../../src/transfer/manifest.ts";

const WANTED = { dss: "samba://dss", requestors: ["HARBOUR"] };

function past(more: Partial<PastDeliveryAt>): PastDeliveryAt {
  const header = { impSeq: 1, reqSeq: 2, srvSeq: 3 };
  return { ...WANTED, to: "/out", createdAt: "2026-11-01T00:00:00Z", header, counts: null, ...more };
}

describe("the delivery that counts as the last one", () => {
  const [first, second] = [past({ createdAt: "2026-11-01T10:00:00Z" }), past({ createdAt: "2026-11-02T09:00:00Z" })];
  const elsewhere = past({ to: "/elsewhere", createdAt: "2026-11-03T00:00:00Z" });

  it("is the newest at this very place, by the journal or by the manifest there", () => {
    expect(lastDelivery("/out", WANTED, undefined, [second, first, elsewhere])).toBe(second);
    const newer = past({ createdAt: "2026-11-02T10:00:00Z" });
    expect(lastDelivery("/out", WANTED, newer, [first, second])).toEqual(newer);
    const older = past({ createdAt: "2026-10-02T10:00:00Z" });
    expect(lastDelivery("/out", WANTED, older, [first, second])).toBe(second);
  });

  it("is one that the same DSS made for them where the place is new", () => {
    expect(lastDelivery("/new", WANTED, undefined, [first, elsewhere])).toBe(elsewhere);
    expect(lastDelivery("/new", WANTED, undefined, [past({ dss: "windows:" })])).toBeUndefined();
  });

  it("is never one for other requestors; names count in any order and case", () => {
    const others = past({ requestors: ["NORTH"] });
    expect(lastDelivery("/out", WANTED, others, [others])).toBeUndefined();
    const both = past({ requestors: ["north", "Harbour"] });
    expect(lastDelivery("/out", { ...WANTED, requestors: ["HARBOUR", "NORTH"] }, undefined, [both])).toBe(both);
  });
});

it("what was noted in a journal is read back; old and torn notes are passed over", async () => {
  const entries: JournalEntry[] = [];
  const journal = journalOver(async (entry) => void entries.push(entry), systemClock, "run" as RunId);
  const { to, ...seal } = past({ counts: { records: 3, addresses: 1, lists: 1 } });
  await noteDelivered(journal, to, seal as Manifest);
  const broken: JournalEntry = { at: "", type: "note", step: "push.delivered", data: { to: "/out" } };
  const runs = [{ entries: [...entries, broken] }] as unknown as RunRecord[];
  expect(pastDeliveries(runs)).toEqual([{ to, ...seal }]);
});
