import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { summarize } from "../../src/glb/summary.ts";
import { parseListq } from "../../src/glb/texts/listq.ts";
import { ACKNOWLEDGEMENT } from "../../src/simulator/postoffice/queue.ts";
import { encodeAll } from "./support/bytes.ts";
import { openBytes } from "./support/lists.ts";
import { randomNumbers } from "./support/random.ts";

const STAMP = Date.UTC(1994, 3, 7, 12, 13, 52) / 1000;
const PODIAG = "# Dummy record installed by PODIAG.";

describe("the sizes that articles print", () => {
  it.each([
    [60, PODIAG, "Q110496"],
    [49, ACKNOWLEDGEMENT, "Q133428"],
  ])("%i bytes hold one record: %s (%s)", async (size, text) => {
    expect((await encodeAll([{ sync: 17, stamp: STAMP, text }])).length).toBe(size);
  });

  it("PODIAG's 60 bytes are read whatever the 24 unknown ones hold, and little is claimed of those", async () => {
    const random = randomNumbers(110_496);
    for (let time = 0; time < 50; time++) {
      const unknown = Buffer.from(Array.from({ length: 24 }, () => (time === 0 ? 0 : random(256))));
      const list = await openBytes(Buffer.concat([unknown, Buffer.from(`${PODIAG}\0`, "latin1")]));
      const { records, kinds, damage } = await summarize(list);
      expect({ records, comments: kinds.comment, damage: damage.count }).toEqual({
        records: 1,
        comments: 1,
        damage: 0,
      });
      expect(list.finding.confidence).toBe("low");
      expect(list.finding.reasons.join("\n")).not.toMatch(/sync number|checksums in/u);
    }
  });
});

describe("the six checksums of Q96060", () => {
  /** The records as LISTQ prints them, in one of the ways in which they may lie in a file; nothing is known of the true one. */
  async function file(form: "LE" | "BE", tab: string): Promise<Buffer> {
    const printed = await readFile(new URL("../../fixtures/glb/listq-q96060.txt", import.meta.url), "latin1");
    const records = parseListq(printed).map(({ checksum, sync, text }) => {
      const head = Buffer.alloc(10);
      head[`writeUInt16${form}`](checksum ?? 0, 0);
      head[`writeUInt32${form}`](sync, 2);
      head[`writeUInt32${form}`](STAMP, 6);
      return Buffer.concat([head, Buffer.from(`${text.replace("\t", tab)}\0`, "latin1")]);
    });
    expect(records).toHaveLength(6);
    return Buffer.concat(records);
  }

  it.each([
    ["LE", "\t"],
    ["BE", "\t"],
    ["LE", " \t "],
    ["BE", " \t "],
  ] as const)(
    "follow no rule that is tried (%s, %j): the records are read, their checksums said to be unverified",
    async (form, tab) => {
      const list = await openBytes(await file(form, tab));
      const summary = await summarize(list);
      expect(summary).toMatchObject({ records: 6, kinds: { replace: 1, add: 5 }, faults: [], damage: { count: 0 } });
      expect(summary.sync).toEqual({ first: 1, last: 6 });
      expect(summary.stamp).toEqual({ first: STAMP, last: STAMP });
      expect(list.finding.unexplained).toContainEqual(
        expect.stringMatching(/^bytes 0–1 of each record: .*unverified/u),
      );
    },
  );
});
