import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvText } from "../../src/glb/formats/csv.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { need } from "../support/need.ts";
import { itemsOf, SAMPLE } from "./support/lists.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-calc-"))));
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe.skipIf(!need("soffice"))("CSV in LibreOffice", { timeout: 180_000 }, () => {
  it("opens with a byte order mark with every character and every cell in its place, and no name as a formula", async () => {
    const csv = join(folder, "list.csv");
    await writeTextFile(csv, csvText(await itemsOf(SAMPLE), { bom: true }));
    const sheet = await opened(csv);
    expect(sheet).not.toContain("table:formula");
    const rows = cellsOf(sheet);
    expect(rows[0]?.slice(0, 2), "the mark is no part of the first cell").toEqual(["sync", "date"]);
    const names = rows.map((row) => row[7] ?? "").filter((name) => name !== "");
    expect(names.slice(0, 4)).toEqual(["name", "Müller, Jürgen", "'=cmd|' /C calc'!A0", "Paul <Smith> & Sons"]);
    expect(names.slice(4, 6)).toEqual(["Renée Lefèvre", "Åsa with a name much longer than thirty characters"]);
    expect(rows[4]?.slice(2, 7)).toEqual(["add", "PCM", "NORTH", "HARBOUR", "jmueller"]);
    expect(rows[4]?.[11]).toBe('Phone: (206) 635-7022\nTitle: Harbour, "Master"');
  });

  it("computes a name that begins with an equals sign when nothing keeps it from that", async () => {
    const csv = join(folder, "bare.csv");
    await writeTextFile(csv, csvText(await itemsOf(SAMPLE)));
    const sheet = await opened(csv);
    expect(sheet).toContain("table:formula");
    expect(sheet).toContain("Müller, Jürgen");
  });
});

/** A CSV file as LibreOffice opens it, as a flat ODF sheet. Without its dialog it does not look at byte order marks and must be told UTF-8. */
async function opened(file: string): Promise<string> {
  const profile = pathToFileURL(join(folder, "profile")).href;
  const flags = ["--headless", "--norestore", `-env:UserInstallation=${profile}`, "--infilter=CSV:44,34,UTF8"];
  await promisify(execFile)("soffice", [...flags, "--convert-to", "fods", "--outdir", folder, file]);
  return readFile(file.replace(/csv$/u, "fods"), "utf8");
}

/** The texts of a sheet's cells, row by row. */
function cellsOf(sheet: string): string[][] {
  return [...sheet.matchAll(/<table:table-row [^>]*>(.*?)<\/table:table-row>/gsu)].map(([, row = ""]) =>
    [...row.matchAll(/<table:table-cell([^>]*?)(?:\/>|>(.*?)<\/table:table-cell>)/gsu)].flatMap(
      ([, flags = "", cell = ""]) => {
        const times = Number(/number-columns-repeated="(\d+)"/u.exec(flags)?.[1] ?? 1);
        return Array.from({ length: Math.min(times, 20) }, () => plain(cell));
      },
    ),
  );
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function plain(xml: string): string {
  return xml
    .trim()
    .replaceAll(/<\/text:p>\s*<text:p>/gu, "\n")
    .replaceAll(/<[^>]+>/gu, "")
    .replaceAll(/&(\w+);/gu, (entity, name: string) => ENTITIES[name] ?? entity);
}
