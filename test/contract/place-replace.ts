import { beforeEach, describe, expect, it } from "vitest";
import { bytesOf } from "../../src/transfer/bytes.ts";
import { placePath, type Place } from "../../src/transfer/place.ts";
import { A, B, digest, pattern, type PlaceBed } from "./place-bed.ts";

/** What a place promises of a file that takes the place of another. `opened` gives the bed of the test that runs. */
export function replacesFiles(opened: () => PlaceBed): void {
  describe("replace", () => {
    let bed: PlaceBed;
    let place: Place;
    beforeEach(() => {
      bed = opened();
      place = bed.place;
    });

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
}
