import { describe, expect, it } from "vitest";
import { readMasterList, type MasterListItem } from "../../src/glb/master-list.ts";
import { chunked, encodeAll } from "./support/bytes.ts";
import { LAYOUTS } from "./support/layouts.ts";
import { somePeople } from "./support/people.ts";

async function read(bytes: Buffer, size?: number) {
  const list = await readMasterList(chunked(bytes, size));
  if (list.finding === undefined) throw new Error(list.why);
  const items: MasterListItem[] = [];
  for await (const batch of list.items()) items.push(...batch);
  return { finding: list.finding, items };
}

describe.each(LAYOUTS.map((layout) => [layout.name, layout] as const))("a file in layout: %s", (_, layout) => {
  it.each([1, 2, 3, 5, 17, 100, 300, 5000])("is read completely with %i records, without being told", async (count) => {
    const records = somePeople(count);
    const bytes = await encodeAll(records, { layout });
    const { finding, items } = await read(bytes);
    const texts = items.map((item) => (item.kind === "record" ? item.text : `damage: ${item.why} at ${item.offset}`));
    expect(texts).toEqual(records.map(({ text }) => text));
    if (count < 17) return;
    const numbers = items.map((item) => (item.kind === "record" ? [item.sync, item.stamp, item.fault] : []));
    expect(numbers, finding.reasons.join("\n")).toEqual(records.map(({ sync, stamp }) => [sync, stamp, undefined]));
    expect(finding.confidence).toBe("high");
  });
});
