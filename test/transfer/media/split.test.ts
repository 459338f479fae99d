import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asResyncError, ResyncError } from "../../../src/errors.ts";
import { volumeTarget } from "../../../src/push/volume-target.ts";
import { bytesOf } from "../../../src/transfer/bytes.ts";
import { collectVolumes, holdsVolumes } from "../../../src/transfer/media/collect-volumes.ts";
import type { DiskChanger } from "../../../src/transfer/media/disk-changer.ts";
import { SMALLEST } from "../../../src/transfer/media/volume-size.ts";
import { placePath, type Place } from "../../../src/transfer/place.ts";
import { memoryPlace, type MemoryPlace } from "../../../src/transfer/places/memory.ts";
import type { TrustedKey } from "../../../src/transfer/signature/keys.ts";
import { newKey } from "../signature/support.ts";
import { dyingPlace } from "../faults.ts";
import {
  changing,
  drive,
  emptyDisks,
  randomList,
  runContext,
  warnings,
  type Drive,
  type TestContext,
  type TestList,
} from "./support.ts";

/** What five small disks hold, and a little less. */
const SIZE = 5 * 60_000;
const key = newKey();
let list: TestList;
let context: TestContext;
beforeEach(async () => {
  list = await randomList(SIZE, { key });
  context = await runContext();
});
afterEach(() => list.close());

const put = async (into: Drive, changer?: DiskChanger, delivery = list.delivery) =>
  volumeTarget(into, { usable: SMALLEST, changer }).deliver(delivery, context);
const take = async (from: Drive, changer?: DiskChanger, trustedKeys?: TrustedKey[]): Promise<Buffer> => {
  const copy = join(list.folder, "copy");
  const { signal, reporter } = context;
  const collected = await collectVolumes(from, { copy, signal, reporter, changer, trustedKeys });
  expect(collected.sha256).toBe(list.delivery.manifest.sha256);
  return readFile(copy);
};
const refusal = async (taking: Promise<unknown>): Promise<ResyncError> => {
  const thrown = asResyncError(
    await taking.then(
      () => new Error("it was taken"),
      (error: unknown) => error,
    ),
  );
  expect(await readdir(list.folder)).toEqual(["list"]);
  return thrown;
};
/** The five disks of a delivery. */
const written = async (delivery = list.delivery): Promise<MemoryPlace[]> => {
  const disks = emptyDisks(5);
  const into = drive(disks[0]);
  await put(into, changing(into, disks.slice(1)), delivery);
  return disks;
};
const names = (place: MemoryPlace | undefined) => [...(place?.files.keys() ?? [])].toSorted();
const at = (disks: readonly MemoryPlace[], number: number): MemoryPlace => {
  const disk = disks[number - 1];
  if (disk === undefined) throw new Error(`no disk ${number}`);
  return disk;
};

describe("a list on several disks", () => {
  it("puts a part and its manifest on each, and nothing else", async () => {
    const disks = emptyDisks(5);
    const into = drive(disks[0]);
    const changer = changing(into, disks.slice(1));
    expect(await put(into, changer)).toEqual({
      outcome: "delivered",
      atomic: true,
      resent: false,
      removedLeftovers: [],
      volumes: 5,
    });
    expect(disks.map(names)).toEqual([1, 2, 3, 4, 5].map((n) => [`RESYNC.00${n}`, `VOL00${n}.JSN`]));
    expect(changer.asked.map(({ numbers, of }) => [...numbers, of])).toEqual([
      [2, 5],
      [3, 5],
      [4, 5],
      [5, 5],
    ]);
    for (const { files } of disks) {
      const used = [...files.values()].reduce((sum, { length }) => sum + Math.ceil(length / 1024) * 1024, 0);
      expect(used).toBeLessThanOrEqual(SMALLEST);
    }
  });

  it("is put together in any order", async () => {
    const disks = await written();
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 }), async (order) => {
        const [first, ...others] = order.map((number) => at(disks, number));
        const from = drive(first);
        expect((await take(from, changing(from, others), [key])).equals(list.bytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("stands in one folder when nobody changes disks, and is taken from there", async () => {
    const place = memoryPlace();
    await put(drive(place));
    expect(names(place)).toHaveLength(10);
    expect(await holdsVolumes(place, context.signal)).toBe(true);
    expect((await take(drive(place))).equals(list.bytes)).toBe(true);
    expect((await take(drive(place), undefined, [key])).equals(list.bytes)).toBe(true);
  });

  it("takes the place of what stood there, the manifests first", async () => {
    const other = await randomList(SIZE * 2, { id: "older" });
    const place = memoryPlace();
    try {
      await put(drive(place), undefined, other.delivery);
      await place.writeNew(placePath("RESYNC.GLB"), bytesOf(Buffer.from("whole")));
      await place.writeNew(placePath("RESYNC.JSN"), bytesOf(Buffer.from("{}")));
      await place.writeNew(placePath("RS3F9A2C.TMG"), bytesOf(Buffer.from("half")));
      await place.writeNew(placePath("LETTER.DOC"), bytesOf(Buffer.from("mine")));
      expect(await put(drive(place))).toMatchObject({ removedLeftovers: ["RS3F9A2C.TMG"] });
      expect(names(place).filter((name) => !/^(?:RESYNC\.00[1-5]|VOL00[1-5]\.JSN)$/u.test(name))).toEqual([
        "LETTER.DOC",
      ]);
      expect((await take(drive(place))).equals(list.bytes)).toBe(true);
    } finally {
      await other.close();
    }
  });

  it("cut off at any act is not taken, and the next try mends it", async () => {
    const outcomes = new Set<string>();
    for (let acts = 0; ; acts += 7) {
      const place = memoryPlace();
      const dying = dyingPlace(place, acts);
      const into: Drive = { ...drive(place), open: async () => dying };
      const failed = await put(into).then(
        () => undefined,
        (error: unknown) => asResyncError(error).code,
      );
      if (failed === undefined) break;
      expect(failed).toBe("CONNECTION_LOST");
      outcomes.add((await refusal(take(drive(place)))).code);
      await put(drive(place));
      expect((await take(drive(place))).equals(list.bytes)).toBe(true);
    }
    expect(outcomes).toEqual(new Set(["DELIVERY_INCOMPLETE"]));
  });
});

describe("writing, when a disk is not right", () => {
  it("asks for another one: not changed, full, empty drive; and goes on", async () => {
    const disks = emptyDisks(5);
    const full: MemoryPlace = {
      ...memoryPlace(),
      writeNew: async () => {
        throw new ResyncError("DISK_FULL", { message: "A:/RESYNC.003 does not fit.", hint: "Make room." });
      },
    };
    const into = drive(disks[0]);
    const [one, two, three, four, five] = disks;
    const changer = changing(into, [one, two, full, undefined, three, four, one, five]);
    expect(await put(into, changer)).toMatchObject({ volumes: 5 });
    expect(warnings(context)).toMatch(
      /number 1 of this very delivery.*\n.*does not fit.*\nA: is empty.*\n.*number 1 of/u,
    );
    expect(changer.asked.map(({ numbers }) => numbers[0])).toEqual([2, 2, 3, 3, 3, 4, 5, 5]);
    const from = drive(five);
    expect((await take(from, changing(from, [one, two, three, four]))).equals(list.bytes)).toBe(true);
  });

  it("gives up after as many tries as the changer has, and says how far it came", async () => {
    const disks = emptyDisks(5);
    const into = drive(disks[0]);
    const changer = changing(into, [disks[1], undefined, undefined, undefined, disks[2]], 3);
    const error = await put(into, changer).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "NOT_FOUND", state: expect.stringContaining("Of 5 disks 2 are written") });
    expect(changer.asked).toHaveLength(4);
  });

  it("ends when nobody puts in another", async () => {
    const into = drive(memoryPlace());
    const error = await put(into, changing(into, [])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "INTERRUPTED", state: expect.stringContaining("Of 5 disks 1 is written") });
  });
});

describe("reading, when a disk is not right", () => {
  it("names a foreign, an unchanged, a damaged, an unreadable and an empty one, and goes on", async () => {
    const disks = await written();
    const [one, two, three, four, five] = disks;
    const other = await randomList(SIZE, { id: "other" });
    try {
      const foreign = at(await written(other.delivery), 4);
      const damaged = memoryPlace();
      for (const [name, bytes] of at(disks, 4).files) damaged.files.set(name, Buffer.from(bytes));
      damaged.files.get("RESYNC.004")?.writeUInt8(1 ^ (damaged.files.get("RESYNC.004")?.[100] ?? 0), 100);
      const torn = memoryPlace();
      torn.files.set("VOL004.JSN", Buffer.from('{"format":'));
      const unreadable: Place = {
        ...at(disks, 4),
        read() {
          throw new ResyncError("IO", { message: "A:/VOL004.JSN cannot be read: a bad sector." });
        },
      };
      const from = drive(three);
      const order = [
        one,
        foreign,
        one,
        damaged,
        torn,
        unreadable as MemoryPlace,
        undefined,
        memoryPlace(),
        five,
        two,
        four,
      ];
      const changer = changing(from, order);
      expect((await take(from, changer)).equals(list.bytes)).toBe(true);
      expect(warnings(context).split("\n")).toEqual([
        expect.stringMatching(/^The disk in A: is number 4 of another delivery, other of 2026.*; wanted is first of/u),
        expect.stringMatching(/^A:\\RESYNC\.004, number 4 of 5, is damaged/u),
        expect.stringMatching(/^The manifest A:\\VOL004\.JSN is damaged/u),
        expect.stringMatching(/a bad sector/u),
        "A: is empty.",
        "A: holds no part of a delivery.",
      ]);
      expect(changer.asked.at(-1)?.text).toMatch(/^Of 5 disks 4 are read\. Put number 4 into A:\.$/u);
    } finally {
      await other.close();
    }
  });

  it("says which are missing when nobody can change disks, and after too many tries", async () => {
    const disks = await written();
    const [one, two] = disks;
    const alone = await refusal(take(drive(two)));
    expect(alone).toMatchObject({ code: "DELIVERY_INCOMPLETE", exitCode: 5, facts: { missing: ["1", "3", "4", "5"] } });
    expect(alone.message).toMatch(/number 1 and 3 to 5 of the 5 parts of the delivery first are missing at A:/u);
    const from = drive(two);
    const changer = changing(from, [two, one, two, one, two, one], 3);
    expect(await refusal(take(from, changer))).toMatchObject({ code: "DELIVERY_INCOMPLETE" });
    expect(changer.asked).toHaveLength(5);
    expect((await refusal(take(drive(memoryPlace())))).message).toMatch(/holds no part of a delivery/u);
  });

  it("a signature is asked of the first disk, and no other delivery's parts get in under it", async () => {
    const disks = await written();
    const from = drive(at(disks, 3));
    expect(await refusal(take(from, changing(from, disks), [newKey()]))).toMatchObject({
      code: "DELIVERY_NOT_TRUSTED",
    });
    const forged = at(disks, 2).files;
    const text = forged.get("VOL002.JSN")?.toString() ?? "";
    forged.set("VOL002.JSN", Buffer.from(text.replace('"id": "first"', '"id": "worse"')));
    expect(await refusal(take(drive(at(disks, 2)), undefined, [key]))).toMatchObject({ code: "DELIVERY_NOT_TRUSTED" });
    from.disk = at(disks, 1);
    expect(await refusal(take(from, changing(from, disks.slice(1)), [key]))).toMatchObject({ code: "INTERRUPTED" });
    expect(warnings(context)).toMatch(/number 2 of another delivery, worse/u);
  });

  it("any byte changed in a part or in a disk's manifest is refused, or changes nothing", async () => {
    const disks = await written();
    const place = memoryPlace();
    for (const disk of disks) for (const [name, bytes] of disk.files) place.files.set(name, bytes);
    const whole = new Map(place.files);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole.keys()),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, where, change) => {
          const bytes = Buffer.from(whole.get(name) ?? "");
          bytes[where % bytes.length] = (bytes[where % bytes.length] ?? 0) ^ change;
          place.files.set(name, bytes);
          const taken = await take(drive(place), undefined, [key]).catch((error: unknown) => asResyncError(error).code);
          if (Buffer.isBuffer(taken)) expect(taken.equals(list.bytes)).toBe(true);
          else expect(["DELIVERY_INCOMPLETE", "DELIVERY_NOT_TRUSTED"]).toContain(taken);
          place.files.set(name, whole.get(name) ?? Buffer.alloc(0));
        },
      ),
      { numRuns: 150 },
    );
  });
});
