import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { readMasterList } from "../../src/glb/master-list.ts";
import type { GlbRecord } from "../../src/glb/record.ts";
import { encodeGlb } from "../../src/glb/write.ts";
import { NAMED_LAYOUTS } from "./support/layouts.ts";
import { peopleTexts } from "./support/people.ts";

/** Records of a file; a million in the long run (npm run test:long). */
const RECORDS = process.env["RESYNC_LONG"] === "1" ? 1_000_000 : 50_000;
const MOST_MEMORY = 200_000_000;

it.each(NAMED_LAYOUTS)(
  `${RECORDS.toLocaleString("en")} records in layout %s are read completely, without being told`,
  { timeout: 1_800_000 },
  async (name, layout) => {
    const folder = await mkdtemp(join(tmpdir(), "resync-million-"));
    try {
      const path = join(folder, "RESYNC.GLB");
      await pipeline(encodeGlb(records(RECORDS), { layout }), createWriteStream(path));
      const before = process.memoryUsage().rss;
      const started = performance.now();
      const list = await readMasterList(createReadStream(path, { highWaterMark: 512 * 1024 }));
      if (list.finding === undefined) throw new Error(list.why);
      const expected = records(RECORDS);
      let peak = 0;
      let read = 0;
      for await (const batch of list.items()) {
        peak = Math.max(peak, process.memoryUsage().rss - before);
        for (const item of batch) {
          const wanted = expected.next().value as GlbRecord | undefined;
          const isRight =
            item.kind === "record" &&
            item.text === wanted?.text &&
            item.sync === wanted.sync &&
            item.stamp === wanted.stamp &&
            item.fault === undefined;
          if (!isRight) expect(item).toEqual(wanted);
          read++;
        }
      }
      const seconds = (performance.now() - started) / 1000;
      const { size } = await stat(path);
      process.stderr.write(
        `${name}: ${(size / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s, ${(peak / 1e6).toFixed(0)} MB of memory more\n`,
      );
      expect(read).toBe(RECORDS);
      expect(peak).toBeLessThan(MOST_MEMORY);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

function* records(count: number): Generator<GlbRecord> {
  const texts = peopleTexts();
  for (let sync = 1; sync <= count; sync++) {
    yield { sync, stamp: 860_415_232 + Math.floor(sync / 50), text: texts.next().value as string };
  }
}
