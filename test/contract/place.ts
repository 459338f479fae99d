import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { placePath, type Place, type PlacePath } from "../../src/transfer/place.ts";

/** A place under test and a way round it: what stands there is prepared and looked at without the place itself. */
export interface PlaceBed {
  readonly place: Place;
  put(name: string, bytes: Uint8Array): Promise<void>;
  peek(name: string): Promise<Buffer>;
  names(): Promise<string[]>;
  makeFolder(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A bed whose place shows `folder` of this machine, perhaps as another account. */
export function folderBed(place: Place, folder: string, close: () => Promise<void>): PlaceBed {
  return {
    place,
    put: (name, bytes) => writeFile(join(folder, name), bytes),
    peek: (name) => readFile(join(folder, name)),
    names: async () => (await readdir(folder)).toSorted(),
    makeFolder: async (name) => {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o777);
    },
    close,
  };
}

const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const LIMIT = 64 * 1024 * 1024;

const pattern = (size: number): Buffer => {
  const block = randomBytes(Math.min(size, 65_537));
  return Buffer.alloc(size, block);
};
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const all = async (place: Place, path: PlacePath): Promise<Buffer> => collectBytes(place.read(path), LIMIT);

async function* failingAfter(size: number, error: Error): AsyncGenerator<Uint8Array> {
  yield pattern(size);
  throw error;
}

/** A source that gives `size` bytes, calls `then`, and is silent for ever. */
async function* silentAfter(size: number, then: () => void): AsyncGenerator<Uint8Array> {
  yield pattern(size);
  then();
  await new Promise(() => undefined);
}

/** What every `Place` promises (src/transfer/place.ts), sentence by sentence. `open` makes an empty place for each test. */
export function placeContract(name: string, open: () => Promise<PlaceBed>): void {
  describe(`the contract of a place: ${name}`, () => {
    let bed: PlaceBed;
    let place: Place;
    beforeEach(async () => {
      bed = await open();
      place = bed.place;
    });
    afterEach(async () => {
      await place.close();
      await bed.close();
    });

    describe("writeNew and read", () => {
      it.each([0, 1, 2, 511, 32_767, 32_768, 32_769, 65_536, 262_145])(
        "carries %i bytes there and back",
        async (size) => {
          const bytes = pattern(size);
          expect(await place.writeNew(A, bytesOf(bytes))).toBe(size);
          expect((await bed.peek(A)).equals(bytes)).toBe(true);
          expect((await all(place, A)).equals(bytes)).toBe(true);
        },
      );

      it("carries several megabytes, whatever the chunks of the source", async () => {
        const bytes = pattern(5_000_011);
        async function* unevenly(): AsyncGenerator<Uint8Array> {
          for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7) % 100_003) {
            yield bytes.subarray(at, at + step);
          }
        }
        expect(await place.writeNew(A, unevenly(), { size: bytes.length })).toBe(bytes.length);
        expect(digest(await bed.peek(A))).toBe(digest(bytes));
        expect(digest(await all(place, A))).toBe(digest(bytes));
      });

      it("carries the same with one request at a time", async () => {
        const bytes = pattern(300_001);
        await place.writeNew(A, bytesOf(bytes), { careful: true });
        expect((await bed.peek(A)).equals(bytes)).toBe(true);
      });

      it("tells progress that never decreases and ends at the size", async () => {
        const bytes = pattern(700_000);
        const written: number[] = [];
        const read: number[] = [];
        await place.writeNew(A, bytesOf(bytes), { onProgress: (done) => written.push(done) });
        for await (const chunk of place.read(A, { onProgress: (done) => read.push(done) })) void chunk;
        for (const told of [written, read]) {
          expect(told.at(-1)).toBe(bytes.length);
          expect(told).toEqual(told.toSorted((a, b) => a - b));
        }
      });

      it("keeps names as they are: blanks, umlauts, Greek, a leading dot", async () => {
        for (const text of ["Büro Süd.glb", "ΑΒΓ δελτίο.txt", ".hidden", "a b  c", "100%.txt", "日本.glb"]) {
          const path = placePath(text);
          await place.writeNew(path, bytesOf(Buffer.from(text)));
          expect((await place.list()).map((entry) => entry.name.normalize())).toContain(text);
          expect((await all(place, path)).toString()).toBe(text);
        }
      });

      it("writes into a folder below it", async () => {
        await bed.makeFolder("GLB");
        await place.writeNew(placePath("GLB/RESYNC.GLB"), bytesOf(Buffer.from("below")));
        expect((await bed.peek("GLB/RESYNC.GLB")).toString()).toBe("below");
      });

      it("refuses a taken name and leaves that file as it was", async () => {
        await bed.put(B, Buffer.from("the old one"));
        let asked = 0;
        async function* source(): AsyncGenerator<Uint8Array> {
          asked += 1;
          yield pattern(10);
        }
        await expect(place.writeNew(B, source())).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
        expect((await bed.peek(B)).toString()).toBe("the old one");
        expect(asked).toBe(0);
      });

      it("refuses a name that a folder has", async () => {
        await bed.makeFolder(B);
        await expect(place.writeNew(B, bytesOf(pattern(10)))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
      });

      it("refuses when the folder is not there", async () => {
        const path = placePath("NOWHERE/RESYNC.GLB");
        await expect(place.writeNew(path, bytesOf(pattern(10)))).rejects.toMatchObject({ code: "NOT_FOUND" });
        expect(await bed.names()).toEqual([]);
      });

      it("passes on what the source throws and leaves nothing", async () => {
        const error = new Error("the source broke");
        await expect(place.writeNew(A, failingAfter(3_000_000, error))).rejects.toBe(error);
        expect(await bed.names()).toEqual([]);
      });

      it("ends on abort, even while the source is silent, and leaves nothing", async () => {
        const end = new AbortController();
        const source = silentAfter(1_000_000, () => end.abort());
        await expect(place.writeNew(A, source, { signal: end.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
        expect(await bed.names()).toEqual([]);
        expect(await place.list()).toEqual([]);
      });

      it("ends a read on abort", async () => {
        await bed.put(A, pattern(2_000_000));
        const end = new AbortController();
        const reading = async (): Promise<void> => {
          for await (const chunk of place.read(A, { signal: end.signal })) if (chunk.length > 0) end.abort();
        };
        await expect(reading()).rejects.toMatchObject({ code: "INTERRUPTED" });
        expect(await place.list()).toHaveLength(1);
      });

      it("can leave a read early", async () => {
        await bed.put(A, pattern(2_000_000));
        for await (const chunk of place.read(A)) if (chunk.length > 0) break;
        await place.remove(A);
        expect(await bed.names()).toEqual([]);
      });

      it("reads nothing before the first next()", async () => {
        const reading = place.read(A);
        await bed.put(A, Buffer.from("late"));
        expect((await collectBytes(reading, LIMIT)).toString()).toBe("late");
      });

      it("refuses to read what is missing or a folder", async () => {
        await bed.makeFolder("GLB");
        await expect(all(place, A)).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(all(place, placePath("GLB"))).rejects.toMatchObject({ code: "IS_A_FOLDER" });
      });

      it("copies within itself: a read runs beside a write", async () => {
        const bytes = pattern(1_500_000);
        await bed.put(A, bytes);
        await place.writeNew(B, place.read(A));
        expect((await bed.peek(B)).equals(bytes)).toBe(true);
      });
    });

    describe("list and stat", () => {
      it("lists nothing in an empty place", async () => {
        expect(await place.list()).toEqual([]);
      });

      it("tells files from folders, with sizes and times", async () => {
        await bed.put(A, pattern(1234));
        await bed.makeFolder("GLB");
        const entries = (await place.list()).toSorted((a, b) => a.name.localeCompare(b.name));
        expect(entries).toMatchObject([
          { name: "GLB", kind: "folder", size: 0 },
          { name: A, kind: "file", size: 1234 },
        ]);
        expect(await place.stat(A)).toMatchObject({ name: A, kind: "file", size: 1234 });
        expect(await place.stat(placePath("GLB"))).toMatchObject({ name: "GLB", kind: "folder", size: 0 });
      });

      it("lists a folder below it", async () => {
        await bed.makeFolder("GLB");
        await bed.put("GLB/X.GLB", pattern(3));
        expect(await place.list(placePath("GLB"))).toMatchObject([{ name: "X.GLB", kind: "file", size: 3 }]);
      });

      it("says what is wrong with a folder that cannot be listed", async () => {
        await bed.put(A, pattern(3));
        await expect(place.list(placePath("NOWHERE"))).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(place.list(A)).rejects.toMatchObject({ code: "NOT_A_FOLDER" });
      });

      it("finds nothing under a name that nobody has, or below a file", async () => {
        await bed.put(A, pattern(3));
        expect(await place.stat(B)).toBeUndefined();
        expect(await place.stat(placePath("NOWHERE/X"))).toBeUndefined();
        expect(await place.stat(placePath(`${A}/X`))).toBeUndefined();
      });
    });

    describe("replace", () => {
      it("gives the new file the name, with or without an old one", async () => {
        for (const text of ["first", "second"]) {
          await bed.put(A, Buffer.from(text));
          const { atomic } = await place.replace(A, B);
          expect(atomic || !place.capabilities.atomicReplace).toBe(true);
          expect(await bed.names()).toEqual([B]);
          expect((await bed.peek(B)).toString()).toBe(text);
        }
      });

      it("leaves both as they were when the new one is missing", async () => {
        await bed.put(B, Buffer.from("old"));
        await expect(place.replace(A, B)).rejects.toMatchObject({ code: "NOT_FOUND" });
        expect((await bed.peek(B)).toString()).toBe("old");
        expect(await bed.names()).toEqual([B]);
      });

      it("says that nothing is there when neither is", async () => {
        await expect(place.replace(A, B)).rejects.toMatchObject({ code: "NOT_FOUND" });
        expect(await bed.names()).toEqual([]);
      });

      it("leaves both as they were when a folder has the name", async () => {
        await bed.put(A, Buffer.from("new"));
        await bed.makeFolder(B);
        await expect(place.replace(A, B)).rejects.toMatchObject({ code: "IS_A_FOLDER" });
        expect((await bed.peek(A)).toString()).toBe("new");
        expect(await bed.names()).toEqual([B, A].toSorted());
      });

      it("refuses the same name twice and another folder", async () => {
        await bed.put(A, Buffer.from("kept"));
        await bed.makeFolder("GLB");
        await expect(place.replace(A, A)).rejects.toMatchObject({ code: "CONTRACT" });
        await expect(place.replace(A, placePath("GLB/X"))).rejects.toMatchObject({ code: "CONTRACT" });
        expect((await bed.peek(A)).toString()).toBe("kept");
      });

      it("shows a reader the old file or the new one, whole", async () => {
        const versions = Array.from({ length: 12 }, () => pattern(150_000));
        await bed.put(B, versions[0] ?? Buffer.alloc(0));
        const known = new Set(versions.map(digest));
        const seen: string[] = [];
        const done = new AbortController();
        const reading = (async () => {
          while (!done.signal.aborted) {
            await bed.peek(B).then(
              (bytes) => seen.push(digest(bytes)),
              () => seen.push("missing"),
            );
          }
        })();
        for (const version of versions.slice(1)) {
          await place.writeNew(A, bytesOf(version));
          await place.replace(A, B);
        }
        done.abort();
        await reading;
        const allowed = place.capabilities.atomicReplace ? known : new Set([...known, "missing"]);
        expect(seen.length).toBeGreaterThan(3);
        expect(seen.filter((print) => !allowed.has(print))).toEqual([]);
      });
    });

    describe("remove", () => {
      it("removes a file, and nothing when it is not there", async () => {
        await bed.put(A, pattern(3));
        await place.remove(A);
        await place.remove(A);
        await place.remove(placePath("NOWHERE/X"));
        expect(await bed.names()).toEqual([]);
      });

      it("refuses a folder", async () => {
        await bed.makeFolder("GLB");
        await expect(place.remove(placePath("GLB"))).rejects.toMatchObject({ code: "IS_A_FOLDER" });
        expect(await bed.names()).toEqual(["GLB"]);
      });
    });

    describe("as a whole", () => {
      it("runs acts issued at once one after the other, in order", async () => {
        const bytes = pattern(400_000);
        const [, , , stat, , gone] = await Promise.all([
          place.writeNew(A, bytesOf(bytes)),
          place.replace(A, B),
          place.writeNew(A, bytesOf(pattern(10))),
          place.stat(B),
          place.remove(A),
          place.stat(A),
        ]);
        expect(stat).toMatchObject({ kind: "file", size: bytes.length });
        expect(gone).toBeUndefined();
      });

      it("goes on after a failed act", async () => {
        const failed = place.writeNew(placePath("NOWHERE/X"), bytesOf(pattern(3)));
        const worked = place.writeNew(A, bytesOf(pattern(3)));
        await expect(failed).rejects.toMatchObject({ code: "NOT_FOUND" });
        expect(await worked).toBe(3);
      });

      it("does nothing once the signal has aborted", async () => {
        const signal = AbortSignal.abort();
        await bed.put(B, Buffer.from("old"));
        await bed.put(A, Buffer.from("new"));
        const acts = [
          place.list(undefined, { signal }),
          place.stat(A, { signal }),
          collectBytes(place.read(A, { signal }), LIMIT),
          place.writeNew(placePath("X"), bytesOf(pattern(3)), { signal }),
          place.replace(A, B, { signal }),
          place.remove(A, { signal }),
        ];
        for (const act of await Promise.allSettled(acts)) {
          expect(act).toMatchObject({ status: "rejected", reason: { code: "INTERRUPTED" } });
        }
        expect(await bed.names()).toEqual([B, A].toSorted());
        expect((await bed.peek(B)).toString()).toBe("old");
      });

      it("closes twice without a word", async () => {
        await expect(place.close()).resolves.toBeUndefined();
        await expect(place.close()).resolves.toBeUndefined();
      });
    });
  });
}
