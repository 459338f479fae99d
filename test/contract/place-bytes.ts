import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/byte-source.ts";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../src/transfer/place.ts";
import { A, all, B, digest, LIMIT, pattern, type PlaceBed } from "./place-bed.ts";

const BROKEN = new Error("the source broke");

/** A source that can be opened as well, and tells whether everything that was opened is closed; reading fails after `failAfter` bytes. */
function openable(bytes: Buffer, failAfter = Infinity): ByteSource & { allClosed: () => boolean } {
  let open = 0;
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < bytes.length; at += 100_000) {
        if (at > failAfter) throw BROKEN;
        yield bytes.subarray(at, at + 100_000);
      }
    },
    open: async () => {
      let at = 0;
      open += 1;
      return {
        fill: async (into) => {
          if (at > failAfter) throw BROKEN;
          const filled = bytes.copy(into, 0, at);
          at += filled;
          return filled;
        },
        close: async () => void (open -= 1),
      };
    },
    allClosed: () => open === 0,
  };
}

/** What a place promises of writing and reading. `opened` gives the bed of the test that runs. */
export function carriesBytes(opened: () => PlaceBed): void {
  describe("writeNew and read", () => {
    let bed: PlaceBed;
    let place: Place;
    beforeEach(() => {
      bed = opened();
      place = bed.place;
    });

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

    it("carries a source that can be opened, and closes it, also when it fails", async () => {
      const bytes = pattern(6_000_001);
      const good = openable(bytes);
      expect(await place.writeNew(A, good, { size: bytes.length })).toBe(bytes.length);
      expect(digest(await bed.peek(A))).toBe(digest(bytes));
      const bad = openable(bytes, 3_000_000);
      await expect(place.writeNew(B, bad)).rejects.toBe(BROKEN);
      expect(await bed.names()).toEqual([A]);
      expect([good.allClosed(), bad.allClosed()]).toEqual([true, true]);
    });

    it("leaves a lent chunk alone until the next one is asked for, and any other for good", async () => {
      const bytes = pattern(6_000_001);
      await bed.put(A, bytes);
      const hash = createHash("sha256");
      for await (const chunk of place.read(A, { lent: true })) {
        // Time for what is on its way to arrive.
        await pause(5);
        hash.update(chunk);
      }
      expect(hash.digest("hex")).toBe(digest(bytes));
      expect(digest(await all(place, A))).toBe(digest(bytes));
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
}

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
