import { describe, expect, it } from "vitest";
import type { RunContext } from "../../src/context.ts";
import type { MasterListCheck } from "../../src/glb/identify.ts";
import { compareWithLast, type StandingAt } from "../../src/push/compare-last.ts";
import { recordingReporter } from "../../src/report/reporter.ts";

const WANTED = { dss: "samba://dss", requestors: ["HARBOUR"] };
const HEADER = { impSeq: 3, reqSeq: 17, srvSeq: 80 };

function standing(to: string, addresses: number, reqSeq = 17): StandingAt {
  const counts = { records: addresses, addresses, lists: 1 };
  const header = { ...HEADER, reqSeq };
  return { to, manifest: { ...WANTED, createdAt: "2026-11-01T00:00:00Z", header, counts } };
}

/** Compares a list of 75 addresses; tells what was asked and what was told. */
async function compare(places: readonly StandingAt[], answer: boolean, check: Partial<MasterListCheck> = {}) {
  const asked: string[] = [];
  const reporter = recordingReporter();
  const list = { header: HEADER, counts: { records: 75, addresses: 75, lists: 1 }, ...check } as MasterListCheck;
  const confirm = async (question: string) => asked.push(question) > 0 && answer;
  const guard = { past: [], maxShrink: 0.2, confirm };
  const done = compareWithLast(list, WANTED, places, guard, { reporter } as unknown as RunContext);
  const error: unknown = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const told = reporter.events.flatMap((event) => ("text" in event ? [`${event.type}: ${event.text}`] : []));
  return { asked, told, error };
}

describe("a list beside what stands at its places", () => {
  it("that shrank at one of them is refused, naming the place", async () => {
    const { error, asked } = await compare([standing("/same", 80), standing("/more", 100)], false);
    expect(error).toMatchObject({ code: "FILE_NOT_USABLE", exitCode: 7, facts: { place: "/more", lost: 25 } });
    expect(asked).toEqual([expect.stringContaining("Deliver it nevertheless?")]);
  });

  it("that shrank at two of them is asked about once, and warned of once", async () => {
    const { error, asked, told } = await compare([standing("/a", 100, 18), standing("/b", 120, 19)], true);
    expect(error).toBeUndefined();
    expect(asked).toHaveLength(1);
    expect(told).toEqual([
      expect.stringMatching(/^warning: The header's numbers are lower .*REQSEQ 17 \(known: 18\)/u),
      expect.stringMatching(/^note: The list goes although it has lost addresses/u),
    ]);
  });

  it("is let go where nothing is known; where its own inside is not, that is said", async () => {
    const nothing = { asked: [], told: [], error: undefined };
    expect(await compare([{ to: "/new", manifest: undefined }], false)).toEqual(nothing);
    const places = [standing("/a", 100), standing("/b", 100)];
    expect(await compare(places, false, { header: undefined, counts: undefined })).toEqual({
      ...nothing,
      told: ["warning: Whether the list has lost addresses cannot be told; the one delivered last held 100."],
    });
  });
});
