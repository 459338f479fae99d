import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { volumeTarget } from "../../../src/push/volume-target.ts";
import { collectVolumes } from "../../../src/transfer/media/collect-volumes.ts";
import type { DiskChanger } from "../../../src/transfer/media/disk-changer.ts";
import { mediumPlace } from "../../../src/transfer/media/medium-place.ts";
import { volumeSizeSchema } from "../../../src/transfer/media/volume-size.ts";
import type { UnopenedPlace } from "../../../src/transfer/place.ts";
import { fatDrive, type FatDrive } from "../../servers/fat-drive.ts";
import { need } from "../../support/need.ts";
import { randomList, runContext, warnings } from "./support.ts";

describe.skipIf(!need("mkfs.vfat", "fusefat", "fusermount"))("real FAT disks", () => {
  let drive: FatDrive;
  beforeEach(async () => {
    drive = await fatDrive();
  });
  afterEach(() => drive.close());

  const unopened = (): UnopenedPlace => ({
    label: `media:${drive.folder}`,
    open: async () => mediumPlace(drive.folder),
  });
  const inserting = (...names: string[]): DiskChanger => ({
    tries: 3,
    async change() {
      await drive.insert(names.shift() ?? "none");
    },
  });

  it.each([
    ["720k", 720],
    ["1440k", 1440],
  ])("of %s take a list in parts that fill them, one replacing another, and give it back", async (size, kilobytes) => {
    const usable = volumeSizeSchema.parse(size);
    const [list, older] = [
      await randomList(Math.round(usable * 2.5)),
      await randomList(usable * 2 - 9000, { id: "older" }),
    ];
    const context = await runContext();
    try {
      for (const name of ["one", "two", "three"]) await drive.format(name, kilobytes);
      for (const [delivery, volumes] of [
        [older.delivery, 2],
        [list.delivery, 3],
      ] as const) {
        await drive.insert("one");
        const target = volumeTarget(unopened(), { usable, changer: inserting("two", "three") });
        expect(await target.deliver(delivery, context)).toMatchObject({ volumes, resent: false });
      }
      expect(warnings(context)).toBe("");
      await drive.insert("two");
      expect(await readdir(drive.folder)).toEqual(["RESYNC.002", "VOL002.JSN"]);
      const copy = join(list.folder, "copy");
      const { signal, reporter } = context;
      const changer = inserting("three", "one");
      await collectVolumes(unopened(), { copy, signal, reporter, changer });
      expect((await readFile(copy)).equals(list.bytes)).toBe(true);
    } finally {
      await drive.eject();
      await Promise.all([list.close(), older.close()]);
    }
  });

  it("that are smaller than was said are full: the next one is asked for, and it goes on", async () => {
    const list = await randomList(1_000_000);
    const context = await runContext();
    try {
      await drive.format("small", 360);
      await drive.format("right", 1440);
      await drive.insert("small");
      const target = volumeTarget(unopened(), { usable: volumeSizeSchema.parse("1440k"), changer: inserting("right") });
      expect(await target.deliver(list.delivery, context)).toMatchObject({ volumes: 1 });
      expect(warnings(context)).toMatch(/RS[0-9A-F]{6}\.TMG/u);
      expect(await readdir(drive.folder)).toEqual(["RESYNC.001", "VOL001.JSN"]);
      await drive.insert("small");
      expect(await readdir(drive.folder)).toEqual([]);
    } finally {
      await drive.eject();
      await list.close();
    }
  });
});
