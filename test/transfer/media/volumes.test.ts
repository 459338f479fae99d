import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planVolumes, showNumbers } from "../../../src/transfer/media/volumes.ts";
import { SMALLEST, volumeSizeSchema } from "../../../src/transfer/media/volume-size.ts";

describe("the size of a disk", () => {
  it.each([
    ["1440k", 1_457_664],
    ["1.44M", 1_457_664],
    ["1.44mb", 1_457_664],
    ["720k", 730_112],
    ["360K", 362_496],
    ["95m", 95 * 1024 ** 2],
    ["100000000", 100_000_000],
    [2_000_000, 2_000_000],
    ["1.5g", 1.5 * 1024 ** 3],
  ])("%s is %i bytes of files", (given, bytes) => {
    expect(volumeSizeSchema.parse(given)).toBe(bytes);
  });

  it.each(["", "k", "ten", "-5m", "1t", "12k", "0", "1e9", "99999999999g"])("%j is none", (given) => {
    expect(volumeSizeSchema.safeParse(given).error?.issues[0]?.message).toMatch(/is no size of a disk/u);
  });
});

describe("a plan", () => {
  const sizes = fc.integer({ min: 1, max: 2 ** 40 });
  const disks = fc.integer({ min: SMALLEST, max: 2 ** 31 });

  it("covers the list once and fits each disk with its manifest, in whole clusters", () => {
    fc.assert(
      fc.property(sizes, disks, fc.integer({ min: 300, max: 5000 }), (size, usable, manifest) => {
        const cluster = usable < 4 * 1024 ** 2 ? 1024 : 32_768;
        const fill = (bytes: number) => Math.ceil(bytes / cluster) * cluster;
        fc.pre(usable > fill(manifest) + 3 * cluster && size / (usable - fill(manifest) - 3 * cluster) < 999);
        const parts = planVolumes(size, usable, manifest);
        let at = 0;
        for (const [index, part] of parts.entries()) {
          expect(part).toMatchObject({ volume: index + 1, volumes: parts.length, offset: at });
          expect(part.size).toBeGreaterThan(0);
          expect(fill(part.size) + fill(manifest)).toBeLessThanOrEqual(usable);
          at += part.size;
        }
        expect(at).toBe(size);
      }),
    );
  });

  it("for more than 999 disks, or for too small ones, is refused", () => {
    expect(() => planVolumes(2 ** 31, SMALLEST, 700)).toThrow(/would need [\d,]+ disks/u);
    expect(() => planVolumes(1, SMALLEST, SMALLEST)).toThrow(/does not fit/u);
  });
});

it("numbers read well", () => {
  expect([[], [3], [7, 3], [1, 2, 3], [3, 7, 9, 10, 11, 12], [5, 4, 1]].map((numbers) => showNumbers(numbers))).toEqual(
    ["none", "3", "3 and 7", "1 to 3", "3, 7 and 9 to 12", "1, 4 and 5"],
  );
  expect(showNumbers([2, 4, 5], "or")).toBe("2, 4 or 5");
});
