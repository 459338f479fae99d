import { mkdtemp, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { localPlace } from "../../../src/transfer/places/local.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";

const makeFolder = async (): Promise<string> => mkdtemp(join(tmpdir(), "resync-local-"));
const dispose = async (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

placeContract("local", async () => {
  const folder = await makeFolder();
  return folderBed(localPlace(folder), folder, async () => dispose(folder));
});

describe.skipIf(process.platform === "win32")("a local place", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(async () => dispose(folder));

  it("makes files that only their owner can read", async () => {
    await localPlace(folder).writeNew(placePath("X"), bytesOf(Buffer.from("x")));
    expect((await stat(join(folder, "X"))).mode & 0o777).toBe(0o600);
  });

  it("follows links in stat and read, and never writes through one", async () => {
    const place = localPlace(folder);
    await writeFile(join(folder, "real"), "real");
    await symlink("real", join(folder, "link"));
    await symlink("nowhere", join(folder, "dangling"));
    expect(await place.stat(placePath("link"))).toMatchObject({ kind: "file", size: 4 });
    expect(await place.stat(placePath("dangling"))).toBeUndefined();
    expect((await collectBytes(place.read(placePath("link")), 10)).toString()).toBe("real");
    expect((await place.list()).find((entry) => entry.name === "dangling")).toMatchObject({ kind: "other" });
    await expect(place.writeNew(placePath("dangling"), bytesOf(Buffer.from("x")))).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
    });
    await place.remove(placePath("link"));
    expect(await place.stat(placePath("real"))).toMatchObject({ size: 4 });
    expect(await readlink(join(folder, "dangling"))).toBe("nowhere");
  });

  it("does not read a device", async () => {
    await symlink("/dev/zero", join(folder, "endless"));
    const reading = collectBytes(localPlace(folder).read(placePath("endless")), 10);
    await expect(reading).rejects.toMatchObject({ code: "IO" });
  });

  it("says at once that a file cannot fit, and writes nothing", async () => {
    const place = localPlace(folder);
    const writing = place.writeNew(placePath("X"), bytesOf(Buffer.from("x")), { size: 1e18 });
    await expect(writing).rejects.toMatchObject({ code: "DISK_FULL", facts: { size: 1e18 } });
    expect(await place.list()).toEqual([]);
  });

  it("names a folder that is not there", async () => {
    const place = localPlace(join(folder, "gone"));
    await expect(place.list()).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining(folder) });
    await expect(place.writeNew(placePath("X"), bytesOf())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("calls an unwritable device full: /dev/full behind a link is never opened for writing", async () => {
    await symlink("/dev/full", join(folder, "full"));
    const writing = localPlace(folder).writeNew(placePath("full"), bytesOf(Buffer.from("x")));
    await expect(writing).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });
});
