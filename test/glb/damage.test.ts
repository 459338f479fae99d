import { describe, expect, it } from "vitest";
import type { GlbLayout } from "../../src/glb/layouts.ts";
import { readMasterList, type MasterListItem } from "../../src/glb/master-list.ts";
import { chunked, encodePieces } from "./support/bytes.ts";
import { NAMED_LAYOUTS, verifies } from "./support/layouts.ts";
import { somePeople } from "./support/people.ts";
import { randomNumbers } from "./support/random.ts";

type Random = (below: number) => number;

/** Ways in which media and old programs spoil a record. */
const DAMAGES: Record<string, (bytes: Buffer, random: Random) => Buffer> = {
  "a wrong byte": (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random(copy.length);
    copy[at] = ((copy[at] as number) + 1 + random(255)) & 0xff;
    return copy;
  },
  "some bytes overwritten": (bytes, random) => {
    const copy = Buffer.from(bytes);
    const from = random(copy.length);
    for (let at = from; at < Math.min(copy.length, from + 8); at++) copy[at] = random(256);
    return copy;
  },
  "zeros from some place on": (bytes, random) => Buffer.from(bytes).fill(0, random(bytes.length)),
  "some bytes lost": (bytes, random) => {
    const from = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random(10))]);
  },
  "garbage in front": (bytes, random) =>
    Buffer.concat([Buffer.from(Array.from({ length: 1 + random(200) }, () => random(256))), bytes]),
};

describe.each(NAMED_LAYOUTS)("layout: %s", (_, layout) => {
  it.each(Object.keys(DAMAGES))("with every hundredth record spoiled by %s the others are read", async (name) => {
    const damage = DAMAGES[name] as (typeof DAMAGES)[string];
    const random = randomNumbers(4711);
    const whole = await encodePieces(somePeople(1000), layout);
    const spoiled = new Set(whole.flatMap((_, index) => (index > 2 && random(100) === 0 ? [index] : [])));
    const offsets: number[] = [];
    const parts: Buffer[] = [Buffer.from(layout.fileHeader)];
    let offset = layout.fileHeader.length;
    for (const [index, { bytes }] of whole.entries()) {
      const part = spoiled.has(index) ? damage(bytes, random) : bytes;
      if (part.equals(bytes)) spoiled.delete(index);
      offsets.push(offset);
      offset += part.length;
      parts.push(part);
    }
    const list = await readMasterList(chunked(Buffer.concat(parts), 4096));
    if (list.finding === undefined) throw new Error(list.why);
    const items: MasterListItem[] = [];
    for await (const batch of list.items()) items.push(...batch);

    const read = new Set(
      items.flatMap((item) => (item.kind === "record" ? [`${item.offset} ${item.sync} ${item.text}`] : [])),
    );
    const lost = whole.flatMap(({ record }, index) =>
      spoiled.has(index) || read.has(`${offsets[index]} ${record.sync} ${record.text}`)
        ? []
        : [`${index} at ${offsets[index]}: ${record.text}`],
    );
    expect(lost.filter((text) => !isNextTo(text, spoiled, layout))).toEqual([]);

    const located = items.filter((item) => item.kind === "damage" || item.fault !== undefined);
    expect(located.length, "as much damage as was done").toBeLessThanOrEqual(spoiled.size * 3);
    if (!verifies(layout)) return;
    for (const index of spoiled) {
      const from = offsets[index] as number;
      const to = offsets[index + 1] ?? offset;
      const told = located.some(
        (item) => item.offset < to && (item.kind === "damage" ? item.offset + item.length : item.offset + 1) > from,
      );
      expect(told, `damage between ${from} and ${to} is told`).toBe(true);
    }
  });
});

/** Where records are not filled up to slots, bytes lost at a record's very end may make the next one's beginning part of it. */
function isNextTo(text: string, spoiled: Set<number>, layout: GlbLayout): boolean {
  return (
    spoiled.has(Number.parseInt(text, 10) - 1) &&
    (layout.align > 1 || !layout.terminator.includes(0) || layout.after.length > 0)
  );
}
