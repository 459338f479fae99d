import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../src/transfer/bytes.ts";
import { placePath } from "../../src/transfer/place.ts";
import type { PlaceBed } from "./place-bed.ts";

const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const LIMIT = 16 * 1024 * 1024;

/** What a place promises where the account may only read: everything about reading, and of each write that it is refused and does nothing. */
export function readOnlyContract(name: string, open: () => Promise<PlaceBed>): void {
  describe(`the contract of a place that may only be read: ${name}`, () => {
    let bed: PlaceBed;
    beforeEach(async () => {
      bed = await open();
    });
    afterEach(async () => {
      await bed.place.close();
      await bed.close();
    });

    it.each([0, 1, 65_536, 3_000_001])("gives %i bytes as they are", async (size) => {
      const bytes = Buffer.alloc(size, "master list ");
      await bed.put(B, bytes);
      expect((await collectBytes(bed.place.read(B), LIMIT)).equals(bytes)).toBe(true);
      expect(await bed.place.stat(B)).toMatchObject({ name: B, kind: "file", size });
    });

    it("lists and finds what is there, and nothing else", async () => {
      expect(await bed.place.list()).toEqual([]);
      await bed.put(B, Buffer.from("x"));
      await bed.makeFolder("GLB");
      const entries = (await bed.place.list()).map(({ name: entry, kind }) => `${entry} ${kind}`);
      expect(entries.toSorted()).toEqual(["GLB folder", `${B} file`]);
      expect(await bed.place.stat(A)).toBeUndefined();
      await expect(collectBytes(bed.place.read(A), LIMIT)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(collectBytes(bed.place.read(placePath("GLB")), LIMIT)).rejects.toMatchObject({
        code: "IS_A_FOLDER",
      });
    });

    it("refuses each write, and changes nothing", async () => {
      await bed.put(A, Buffer.from("new"));
      await bed.put(B, Buffer.from("old"));
      const refused = { code: expect.stringMatching(/^(?:READ_ONLY|ACCESS_DENIED)$/u) };
      await expect(bed.place.writeNew(placePath("X"), bytesOf(Buffer.from("x")))).rejects.toMatchObject(refused);
      await expect(bed.place.replace(A, B)).rejects.toMatchObject(refused);
      await expect(bed.place.remove(B)).rejects.toMatchObject(refused);
      expect(await bed.names()).toEqual([B, A].toSorted());
      expect((await bed.peek(B)).toString()).toBe("old");
    });
  });
}
