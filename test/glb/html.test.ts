import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { masterListPage } from "../../src/glb/inspect.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { need } from "../support/need.ts";
import { encodeTexts, SAMPLE } from "./support/lists.ts";
import { somePeople } from "./support/people.ts";
import { encodeAll } from "./support/bytes.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-html-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const HOSTILE = ["A </script><img src=x>\tPCM:NORTH/HARBOUR/evil", "A <b>&amp;\tPCM:NORTH/HARBOUR/bold"];

async function page(name: string, bytes: Buffer): Promise<string> {
  const list = join(folder, `${name}.glb`);
  await writeFile(list, bytes);
  const html = join(folder, `${name}.html`);
  await writeTextFile(html, masterListPage(list, `${name} <list>`, {}));
  return html;
}

describe("the page", () => {
  it("loads nothing, and names in it can do nothing", async () => {
    const html = await readFile(await page("hostile", await encodeTexts([...SAMPLE, ...HOSTILE])), "utf8");
    expect(html).not.toMatch(/(?:src|href)\s*=|@import|url\(/u);
    expect(html.match(/<\/script>/gu)).toHaveLength(2);
    expect(html).toContain("hostile &lt;list&gt;");
    const records = /<script type="application\/json" id="records">(.*?)<\/script>/su.exec(html)?.[1] ?? "";
    expect(JSON.parse(records)).toHaveLength(SAMPLE.length + HOSTILE.length);
  });

  describe.skipIf(!need("chromium"))("in headless Chromium", () => {
    it("shows numbers, a chart and records, and searches", { timeout: 120_000 }, async () => {
      const html = await page("people", await encodeAll(somePeople(2000)));
      const all = await dom(html);
      expect(all).toContain("2,000 of 2,000 records");
      expect(all.match(/<rect /gu)?.length).toBeGreaterThan(30);
      expect(all.match(/<tr><td>/gu)?.length).toBe(200);
      const found = await dom(html, "#q=l%C3%BCller");
      expect(found).toContain("0 of 2,000 records");
      const mueller = await dom(html, "#q=m%C3%BCller%2C%20%C3%A5sa");
      expect(mueller).toMatch(/[1-9]\d* of 2,000 records/u);
      expect(mueller).toContain("Müller, Åsa");
    });

    it("shows hostile names as they are", { timeout: 120_000 }, async () => {
      const shown = await dom(await page("evil", await encodeTexts([...SAMPLE, ...HOSTILE])), "#q=harbour");
      expect(shown).toContain("&lt;/script&gt;&lt;img src=x&gt;");
      expect(shown).not.toContain("<img");
    });
  });
});

/** The page as Chromium has it after its script ran. */
async function dom(html: string, hash = ""): Promise<string> {
  const flags = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    `--user-data-dir=${join(folder, "profile")}`,
  ];
  const { stdout } = await promisify(execFile)(
    "chromium",
    [...flags, "--dump-dom", `${pathToFileURL(html).href}${hash}`],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}
