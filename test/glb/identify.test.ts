import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkMasterList } from "../../src/glb/identify.ts";
import { encodeAll } from "./support/bytes.ts";
import { somePeople } from "./support/people.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-glb-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe("what is no master list is refused by name", () => {
  const gltf = Buffer.concat([Buffer.from("glTF\u0002\0\0\0\u0030\0\0\0", "latin1"), Buffer.alloc(400)]);
  it.each<[string, string | Uint8Array, RegExp]>([
    ["model.glb", gltf, /3-D model/u],
    ["page.glb", "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>", /HTML page/u],
    ["old-page.glb", "\ufeff  <HTML><HEAD>", /HTML page/u],
    ["feed.glb", '<?xml version="1.0"?><rss/>', /XML document/u],
    ["xhtml.glb", '<?xml version="1.0"?><html xmlns="x">', /HTML page/u],
    [
      "list.txt",
      "A Paul                           PCM:NET/PO/paul\r\n",
      /plain text file, by its look in MS Mail's import grammar/u,
    ],
    ["notes.txt", "Dear all,\r\nplease find attached\r\n\u001a", /plain text file/u],
    ["utf16.txt", Buffer.from("\ufeffHello", "utf16le"), /plain text file/u],
    ["list.zip", Buffer.from("PK\u0003\u0004\u0014\0\0\0", "latin1"), /ZIP archive/u],
    ["list.json", '{"a": 1}', /JSON document/u],
    ["Xdir.edb", Buffer.from("12345678efcdab89".padEnd(64, "0"), "hex"), /ESE database/u],
    ["empty.glb", "", /empty file/u],
  ])("%s", async (name, content, message) => {
    const path = await file(name, content);
    await expect(checkMasterList(path)).rejects.toMatchObject({
      code: "FILE_NOT_USABLE",
      exitCode: 7,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/./u) as string,
    });
  });

  it("a folder", async () => {
    await expect(checkMasterList(folder)).rejects.toMatchObject({
      code: "FILE_NOT_USABLE",
      message: expect.stringContaining("a folder") as string,
    });
  });

  it("a file that is not there", async () => {
    await expect(checkMasterList(join(folder, "none.glb"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("a file cut off at any byte within a record", async () => {
    const bytes = await encodeAll(somePeople(30));
    const ends = recordEnds(bytes);
    for (let size = bytes.length - 1; size > 400; size -= 23) {
      if (ends.has(size)) continue;
      const path = await file("cut.glb", bytes.subarray(0, size));
      await expect(checkMasterList(path), `cut to ${size}`).rejects.toMatchObject({
        code: "FILE_NOT_USABLE",
        message: expect.stringContaining("is cut off") as string,
      });
    }
  });
});

/** Ends of the records in the simulator's layout. */
function recordEnds(bytes: Buffer): Set<number> {
  const ends = new Set<number>();
  for (let at = 0; at < bytes.length;) {
    at = bytes.indexOf(0, at + 24) + 1;
    ends.add(at);
  }
  return ends;
}

describe("a master list", () => {
  it("tells its numbers, counts and what an administrator should know", async () => {
    const bytes = await encodeAll(somePeople(500));
    const check = await checkMasterList(await file("RESYNC.GLB", bytes));
    expect(check.header).toEqual({ impSeq: 3, reqSeq: 17, srvSeq: 80 });
    expect(check.counts).toEqual({ records: 500, addresses: 481, lists: 13 });
    expect(check.summary).toBe("500 records: 481 addresses in 13 lists; IMPSEQ 3, REQSEQ 17, SRVSEQ 80");
    expect(check.warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining("SMTP (5)"),
      expect.stringContaining("6 templates, and template data for 68 entries"),
    ]);
    expect(check.facts).toMatchObject({ producer: "MS Mail", codePage: 850, damage: { places: 0 } });
  });

  it("that cannot be read is a warning, not a refusal", async () => {
    const check = await checkMasterList(await file("odd.glb", Buffer.from("0102030405060708".repeat(64), "hex")));
    expect(check).toMatchObject({ header: undefined, counts: undefined, inside: undefined });
    expect(check.warnings[0]?.text).toContain("cannot be read");
  });
});
