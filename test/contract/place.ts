import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../src/transfer/place.ts";
import { A, B, LIMIT, pattern, type PlaceBed } from "./place-bed.ts";
import { carriesBytes } from "./place-bytes.ts";
import { replacesFiles } from "./place-replace.ts";

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

    carriesBytes(() => bed);

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

    replacesFiles(() => bed);

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
