import { afterEach, describe, expect, it } from "vitest";
import { importFile } from "../../src/import/import.ts";
import { importBed, type ImportBed } from "./support.ts";

let bed: ImportBed;
afterEach(() => bed.remove());

describe("an import", () => {
  it("brings the list in and proves it", async () => {
    bed = await importBed();
    const context = await bed.context();
    const result = await importFile(bed.request(), context);
    console.log(JSON.stringify(result, null, 1));
    console.log(context.entries.map((e) => JSON.stringify(e)).join("\n"));
    expect(result).toMatchObject({ outcome: "imported", verdict: { outcome: "succeeded" } });
  });
});
