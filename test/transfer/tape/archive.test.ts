import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { fingerprint } from "../../../src/transfer/digest.ts";
import { encodeManifest } from "../../../src/transfer/manifest.ts";
import { archiveOf, archiveSize, readArchive } from "../../../src/transfer/tape/archive.ts";
import { collectFromTape } from "../../../src/transfer/tape/collect-tape.ts";
import { deliverOnTape } from "../../../src/transfer/tape/write-tape.ts";
import { need } from "../../support/need.ts";
import { randomList, runContext, type TestContext, type TestList } from "../media/support.ts";
import { newKey } from "../signature/support.ts";
import { tapeAt } from "./support.ts";

const SIZE = 100_001;
const key = newKey();
let list: TestList;
let context: TestContext;
let archive: string;
beforeEach(async () => {
  list = await randomList(SIZE, { key });
  context = await runContext();
  archive = join(list.folder, "list.tar");
});
afterEach(() => list.close());

const write = async (blocking = 20) => deliverOnTape(tapeAt(archive, { blocking }), list.delivery, context);
const take = async (trusted = [key]) => {
  const copy = join(list.folder, "copy");
  const collected = await collectFromTape(tapeAt(archive), { copy, signal: context.signal, trustedKeys: trusted });
  return { collected, bytes: await readFile(copy) };
};
const files = async () => (await readdir(list.folder)).toSorted();

describe.skipIf(!need("tar"))("with GNU tar", () => {
  it.each([1, 20, 126, 2048])("an archive in blocks of %i units is listed and unpacked", async (blocking) => {
    expect(await write(blocking)).toMatchObject({ outcome: "delivered", readBack: true });
    const { length } = await readFile(archive);
    expect(length % (blocking * 512)).toBe(0);
    const listed = await execa("tar", ["-t", "-v", "-b", String(blocking), "-f", archive]);
    expect(listed.stderr).toBe("");
    expect(listed.stdout).toMatch(/^-rw------- 0\/0 +100001 2026-11-23 .* RESYNC\.GLB\n-rw------- .* RESYNC\.JSN$/u);
    const out = join(list.folder, "out");
    await mkdir(out);
    await execa("tar", ["-x", "-b", String(blocking), "-f", archive, "-C", out]);
    expect((await readFile(join(out, "RESYNC.GLB"))).equals(list.bytes)).toBe(true);
    expect(await readFile(join(out, "RESYNC.JSN"))).toEqual(Buffer.from(encodeManifest(list.delivery.manifest)));
  });

  it.each([
    ["ustar", ["RESYNC.GLB", "RESYNC.JSN"]],
    ["gnu", ["."]],
    ["pax", ["./resync.jsn", "./resync.glb", "other.txt"]],
    ["oldgnu", ["other.txt", "RESYNC.JSN", "RESYNC.GLB"]],
  ])("what it writes as %s is taken, whatever else is in it and in any order", async (format, members) => {
    const out = join(list.folder, "out");
    await mkdir(out);
    const name = (text: string) => join(out, members.some((one) => one.includes("resync")) ? text.toLowerCase() : text);
    await writeFile(name("RESYNC.GLB"), list.bytes);
    await writeFile(name("RESYNC.JSN"), encodeManifest(list.delivery.manifest));
    await writeFile(join(out, "other.txt"), "something else");
    await execa("tar", ["-c", `--format=${format}`, "-b", "7", "-f", archive, "-C", out, ...members]);
    const { collected, bytes } = await take();
    expect(collected).toMatchObject({ signedBy: key.id, size: SIZE });
    expect(bytes.equals(list.bytes)).toBe(true);
  });
});

describe("an archive", () => {
  it("holds whole blocks, as many as were said before, for lists of any length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 64 }), async (size, blocking) => {
        const one = await randomList(size);
        try {
          const bytes = await collectBytes(archiveOf(one.delivery), 1e9);
          const padded = Math.ceil(bytes.length / (blocking * 512)) * blocking * 512;
          expect(archiveSize(one.delivery, blocking)).toBe(padded);
          const back = await readArchive(bytesOf(bytes, Buffer.alloc(padded - bytes.length)), "it", fingerprint);
          expect(back.list).toMatchObject({ size, sha256: one.delivery.manifest.sha256 });
          expect(back.manifestBytes.equals(Buffer.from(encodeManifest(one.delivery.manifest)))).toBe(true);
        } finally {
          await one.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  it("takes the place of an older one only when it was read back, and leaves nothing else", async () => {
    await writeFile(archive, "an older one");
    await write();
    expect(await files()).toEqual(["list", "list.tar"]);
    expect((await take()).bytes.equals(list.bytes)).toBe(true);
  });

  it("that cannot be written leaves the older one, and no leftovers", async () => {
    await writeFile(archive, "an older one");
    const delivery = { ...list.delivery, file: join(list.folder, "gone") };
    const failed = deliverOnTape(tapeAt(archive), delivery, context);
    await expect(failed).rejects.toMatchObject({ state: `${archive} is what it was.` });
    expect(await readFile(archive, "utf8")).toBe("an older one");
    expect(await files()).toEqual(["list", "list.tar"]);
  });
});

describe("an archive that is not right is refused, with no copy left", () => {
  const refusal = async (trusted = [key]) => {
    const error = await take(trusted).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(await files()).not.toContain("copy");
    return error;
  };

  it("when it is cut short, anywhere", async () => {
    await write();
    const whole = await readFile(archive);
    const used = archiveSize(list.delivery, 1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: used - 1025 }), async (length) => {
        await writeFile(archive, whole.subarray(0, length));
        expect(await refusal()).toMatchObject({ code: "DELIVERY_INCOMPLETE", exitCode: 5 });
      }),
      { numRuns: 60, examples: [[0], [511], [512], [513], [512 + SIZE - 1], [512 + Math.ceil(SIZE / 512) * 512]] },
    );
  });

  it.each([
    ["text", Buffer.from("no archive at all\n".repeat(100))],
    ["noise", Buffer.alloc(20_480, 0xa5)],
    ["an empty tape", Buffer.alloc(20_480)],
  ])("when it is %s", async (_what, bytes) => {
    await writeFile(archive, bytes);
    expect(await refusal()).toMatchObject({ code: "DELIVERY_INCOMPLETE", hint: expect.stringContaining("right tape") });
  });

  it("when it is somebody else's, or lacks one of the two files", async () => {
    const only = async (name: string) => {
      await writeFile(join(list.folder, name), name === "RESYNC.GLB" ? list.bytes : "text");
      await execa("tar", ["-c", "-f", archive, "-C", list.folder, name]);
      return refusal();
    };
    expect(await only("letter.txt")).toMatchObject({ message: expect.stringContaining("no RESYNC.GLB") });
    expect(await only("RESYNC.GLB")).toMatchObject({ message: expect.stringContaining("no RESYNC.JSN") });
    expect(await only("RESYNC.JSN")).toMatchObject({ message: expect.stringContaining("no RESYNC.GLB") });
  });

  it("when any byte of the list or its manifest is another", async () => {
    await write();
    const whole = await readFile(archive);
    const manifestAt = 512 + Math.ceil(SIZE / 512) * 512 + 512;
    const manifestSize = encodeManifest(list.delivery.manifest).length;
    const places = fc.oneof(
      fc.nat(SIZE - 1).map((at) => ({ at: 512 + at, code: "DELIVERY_INCOMPLETE" })),
      fc.nat(manifestSize - 1).map((at) => ({ at: manifestAt + at, code: "DELIVERY_NOT_TRUSTED" })),
    );
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async ({ at, code }, change) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        await writeFile(archive, bytes);
        expect(await refusal()).toMatchObject({ code });
      }),
      { numRuns: 60 },
    );
  });

  it("as who saves it says, when that fails in the middle", async () => {
    const bytes = await collectBytes(archiveOf(list.delivery), 1e9);
    const full = new ResyncError("DISK_FULL", { message: "full" });
    const pieces = Array.from({ length: 20 }, (_, at) => bytes.subarray(at * 5000, (at + 1) * 5000));
    const saving = readArchive(bytesOf(...pieces), "it", async (source) => {
      for await (const chunk of source) if (chunk.length > 0) throw full;
      throw new Error("there was nothing");
    });
    await expect(saving).rejects.toBe(full);
  });

  it("when what is called its manifest is no manifest, but something huge", async () => {
    const out = join(list.folder, "out");
    await mkdir(out);
    await writeFile(join(out, "RESYNC.GLB"), list.bytes);
    await writeFile(join(out, "RESYNC.JSN"), Buffer.alloc(3_000_000, "{"));
    await execa("tar", ["-c", "-f", archive, "-C", out, "RESYNC.JSN", "RESYNC.GLB"]);
    expect(await refusal([])).toMatchObject({ code: "DELIVERY_INCOMPLETE" });
  });

  it("when its manifest is of another list", async () => {
    const other = await randomList(5000, { id: "other", key });
    try {
      const delivery = {
        ...list.delivery,
        file: other.delivery.file,
        manifest: { ...list.delivery.manifest, size: 5000 },
      };
      await writeFile(archive, await collectBytes(archiveOf(delivery), 1e9));
      expect(await refusal([])).toMatchObject({
        code: "DELIVERY_INCOMPLETE",
        message: expect.stringContaining("its manifest promises"),
      });
    } finally {
      await other.close();
    }
  });

  it("when it is signed by another key, or by none", async () => {
    await write();
    expect(await refusal([newKey()])).toMatchObject({ code: "DELIVERY_NOT_TRUSTED", exitCode: 7 });
    const { signature: _none, ...manifest } = list.delivery.manifest;
    await writeFile(archive, await collectBytes(archiveOf({ ...list.delivery, manifest }), 1e9));
    expect(await refusal()).toMatchObject({ code: "DELIVERY_NOT_TRUSTED" });
    expect((await take([])).collected.signedBy).toBeUndefined();
  });

  it("when there is none", async () => {
    expect(await refusal()).toMatchObject({ code: "NOT_FOUND" });
    archive = list.folder;
    await expect(write()).rejects.toMatchObject({ code: "IS_A_FOLDER" });
  });
});
