import { expect, describe, it } from "vitest";
import { overhead, SIMULATOR_LAYOUT } from "../../src/glb/layouts.ts";
import { readMasterList, type MasterListItem } from "../../src/glb/master-list.ts";
import { chunked, encodeAll, encodePieces } from "./support/bytes.ts";
import { LAYOUTS, NAMED_LAYOUTS } from "./support/layouts.ts";
import { somePeople } from "./support/people.ts";
import { randomNumbers } from "./support/random.ts";

async function read(bytes: Buffer, size?: number) {
  const list = await readMasterList(chunked(bytes, size));
  if (list.finding === undefined) throw new Error(list.why);
  const items: MasterListItem[] = [];
  for await (const batch of list.items()) items.push(...batch);
  return { finding: list.finding, items };
}

it("the layouts differ in everything they may differ in", () => {
  const overheads = LAYOUTS.map(overhead);
  expect(LAYOUTS.length).toBeGreaterThanOrEqual(8);
  expect([Math.min(...overheads), Math.max(...overheads)]).toEqual([8, 40]);
  const numbers = LAYOUTS.flatMap(({ before, after }) =>
    [...before, ...after].flatMap((field) =>
      field.kind === "fixed" || field.kind === "opaque" ? [] : [`${field.kind} ${field.form}`],
    ),
  );
  for (const kind of ["sync", "stamp", "length"]) {
    for (const form of ["le", "be", "decimal"]) expect(numbers).toContain(`${kind} ${form}`);
  }
  expect(new Set(LAYOUTS.map(({ terminator }) => terminator.join())).size).toBe(4);
  expect(new Set(LAYOUTS.map(({ align }) => align))).toEqual(new Set([1, 4, 128]));
  expect(LAYOUTS.filter(({ after }) => after.length > 0)).not.toEqual([]);
  expect(LAYOUTS.filter(({ fileHeader }) => fileHeader.length > 0)).not.toEqual([]);
});

describe.each(NAMED_LAYOUTS)("a file in layout %s", (_, layout) => {
  it.each([1, 2, 3, 5, 10, 17, 100, 1000, 5000])(
    "is read completely with %i records, without being told",
    async (count) => {
      const records = somePeople(count);
      const bytes = await encodeAll(records, { layout });
      const { finding, items } = await read(bytes);
      const texts = items.map((item) => (item.kind === "record" ? item.text : `damage: ${item.why} at ${item.offset}`));
      expect(texts).toEqual(records.map(({ text }) => text));
      if (count < 17) return;
      const numbers = items.map((item) => (item.kind === "record" ? [item.sync, item.stamp, item.fault] : []));
      expect(numbers, finding.reasons.join("\n")).toEqual(records.map(({ sync, stamp }) => [sync, stamp, undefined]));
      expect(finding.confidence).toBe("high");
    },
  );
});

describe("checksums", () => {
  it("that follow no rule are said to be unverified, and nothing is held against them", async () => {
    const random = randomNumbers(1994);
    const pieces = await encodePieces(somePeople(400), SIMULATOR_LAYOUT);
    for (const { bytes } of pieces) bytes.writeUInt16LE(random(0x10000));
    const { finding, items } = await read(Buffer.concat(pieces.map(({ bytes }) => bytes)));
    expect(items.map((item) => (item.kind === "record" ? item.fault : item))).toEqual(Array(400).fill(undefined));
    expect(finding.unexplained).toContainEqual(expect.stringMatching(/^bytes 0–1 of each record: .*unverified/u));
    expect(finding.reasons.join("\n")).not.toMatch(/checksums in/u);
  });

  it("that follow a rule are verified from then on", async () => {
    const pieces = await encodePieces(somePeople(400), SIMULATOR_LAYOUT);
    const damaged = pieces[399]?.bytes as Buffer;
    damaged[30] = (damaged[30] as number) ^ 1;
    const { finding, items } = await read(Buffer.concat(pieces.map(({ bytes }) => bytes)));
    expect(finding.reasons).toContainEqual(expect.stringMatching(/checksums in \d.*CRC-16 polynomial 0x1021/u));
    const faults = items.flatMap((item) => (item.kind === "record" && item.fault !== undefined ? [item.fault] : []));
    expect(faults).toEqual([expect.objectContaining({ what: "checksum" })]);
  });
});
