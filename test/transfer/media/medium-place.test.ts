import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { setAsideName } from "../../../src/transfer/names.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { mediumPlace } from "../../../src/transfer/media/medium-place.ts";
import { openUncached } from "../../../src/transfer/media/uncached.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";

const makeFolder = async () => mkdtemp(join(tmpdir(), "resync-medium-"));
const dispose = async (folder: string) => rm(folder, { recursive: true, force: true });

placeContract("a medium", async () => {
  const folder = await makeFolder();
  return folderBed(mediumPlace(folder), folder, async () => dispose(folder));
});

placeContract("a medium whose driver does not rename over a file", async () => {
  const folder = await makeFolder();
  return folderBed(mediumPlace(folder, { rename: fatRename }), folder, async () => dispose(folder));
});

/** Renames as a DOS driver does: a name that is taken is refused. */
async function fatRename(from: string, to: string): Promise<void> {
  const taken = await readFile(to).then(
    () => true,
    () => false,
  );
  if (taken) throw Object.assign(new Error(`EEXIST: ${to}`), { code: "EEXIST" });
  await rename(from, to);
}

describe("replacing on a medium", () => {
  const [A, B] = [placePath("RS000001.TMG"), placePath("RESYNC.GLB")];
  const ASIDE = setAsideName(B);
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
    await writeFile(join(folder, A), "new");
    await writeFile(join(folder, B), "old");
  });
  afterEach(async () => dispose(folder));

  it("promises nothing, and says what it did", async () => {
    const place = mediumPlace(folder);
    expect(place.capabilities).toMatchObject({ atomicReplace: false, modes: false, fsync: true });
    expect(await place.replace(A, B)).toEqual({ atomic: true });
  });

  it("sets the old file aside where it must, and takes away what a cut-off one left", async () => {
    await writeFile(join(folder, ASIDE), "from before");
    const place = mediumPlace(folder, { rename: fatRename });
    expect(await place.replace(A, B)).toEqual({ atomic: false });
    expect(await readdir(folder)).toEqual([B]);
    await writeFile(join(folder, A), "newer");
    await rm(join(folder, B));
    await writeFile(join(folder, ASIDE), "cut off between its two steps");
    expect(await place.replace(A, B)).toEqual({ atomic: true });
    expect(await readdir(folder)).toEqual([B]);
    expect(await readFile(join(folder, B), "utf8")).toBe("newer");
  });

  it("puts the old file back when the new one cannot take its name", async () => {
    const place = mediumPlace(folder, {
      async rename(from, to) {
        if (from.endsWith(A) && (await readdir(folder)).includes(ASIDE)) {
          throw Object.assign(new Error("EIO"), { code: "EIO" });
        }
        await fatRename(from, to);
      },
    });
    await expect(place.replace(A, B)).rejects.toMatchObject({ code: "IO" });
    expect(await readFile(join(folder, B), "utf8")).toBe("old");
    expect((await readdir(folder)).toSorted()).toEqual([B, A].toSorted());
  });
});

describe.skipIf(process.platform !== "linux")("reading past the cache", () => {
  it("is done where the file system offers it, and said", async () => {
    const folder = await makeFolder();
    try {
      await writeFile(join(folder, "RESYNC.GLB"), Buffer.alloc(100_001, "x"));
      const file = await openUncached(join(folder, "RESYNC.GLB"), 1000);
      await file?.close();
      const place = mediumPlace(folder);
      expect(place.capabilities.uncached).toBe(false);
      for await (const chunk of place.read(placePath("RESYNC.GLB"))) expect(chunk.length).toBeGreaterThan(0);
      expect(place.capabilities.uncached).toBe(file !== undefined);
    } finally {
      await dispose(folder);
    }
  });

  it("is not asked of a file system that lacks it: /proc", async () => {
    expect(await openUncached("/proc/self/status", 1000)).toBeUndefined();
  });
});
