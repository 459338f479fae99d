import { describe, expect, it } from "vitest";
import { inspectItems } from "../../../src/glb/formats/inspected.ts";
import { readMasterList } from "../../../src/glb/master-list.ts";
import { chunked, encodeAll } from "../support/bytes.ts";
import { NAMED_LAYOUTS } from "../support/layouts.ts";
import { somePeople } from "../support/people.ts";
import { readAll } from "./read-all.ts";

/** Records of the file that is cut off at every byte; more of them in the long run (npm run test:fuzz). */
const RECORDS = process.env["GLB_FUZZ"] === undefined ? 6 : 24;

describe("whatever is in the file", () => {
  it.each(NAMED_LAYOUTS)(
    "every truncation ends in the records before it: %s",
    async (_, layout) => {
      const bytes = await encodeAll(somePeople(RECORDS), { layout });
      let least = 0;
      for (let size = 1; size <= bytes.length; size++) {
        const { records } = await readAll(bytes.subarray(0, size), 4096);
        expect(records).toBeLessThanOrEqual(RECORDS);
        // Once layout and terminator can be told, more bytes never give fewer records.
        if (size > 600) expect(records).toBeGreaterThanOrEqual(least - 1);
        least = Math.max(least, records);
      }
      expect(least).toBe(RECORDS);
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
