import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diffMasterLists } from "../../src/glb/diff.ts";
import { diffPage } from "../../src/glb/formats/diff-html.ts";
import { writeTextFile } from "../../src/glb/formats/write-file.ts";
import { inspectMasterList, masterListPage } from "../../src/glb/inspect.ts";
import { tellTransaction, type ChangeSource } from "../../src/glb/list-changes.ts";
import { parseTransaction } from "../../src/glb/transaction.ts";
import { need } from "../support/need.ts";
import { encodeAll } from "./support/bytes.ts";
import { encodeTexts, SAMPLE } from "./support/lists.ts";
import { somePeople } from "./support/people.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "resync-html-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const HOSTILE = ["A </script><img src=x>\tPCM:NORTH/HARBOUR/evil", "A <b>&amp;\tPCM:NORTH/HARBOUR/bold"];
const DAMAGE = Buffer.from("\u0007garbage that is no record\u0007");

async function pageOf(name: string, bytes: Buffer): Promise<string> {
  const list = join(folder, `${name}.glb`);
  await writeFile(list, bytes);
  const html = join(folder, `${name}.html`);
  const inside = await inspectMasterList(list, {});
  if ("looked" in inside) throw new Error(inside.why);
  await writeTextFile(html, masterListPage(list, `${name} <list>`, inside, {}));
  return html;
}

describe("the page", () => {
  it("holds all in itself, and keeps names out of its markup and script", async () => {
    const html = await readFile(await pageOf("hostile", await encodeTexts([...SAMPLE, ...HOSTILE])), "utf8");
    const records = /<script type="application\/json" id="records">(.*?)<\/script>/su.exec(html)?.[1] ?? "";
    expect(JSON.parse(records)).toHaveLength(SAMPLE.length + HOSTILE.length);
    const rest = html.replace(records, "");
    expect(rest).not.toMatch(/\s(?:src|href)\s*=|@import|url\(|<link|<img/u);
    expect(html.match(/<\/script>/gu)).toHaveLength(2);
    expect(rest).toContain("hostile &lt;list&gt;");
  });

  describe.skipIf(!need("chromium"))("in headless Chromium", { timeout: 120_000 }, () => {
    let browser: Browser;
    let page: Page;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: "/usr/bin/chromium",
        headless: true,
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"].concat(
          "--disable-background-networking",
        ),
      });
    }, 120_000);
    afterEach(() => page.close());
    afterAll(() => browser.close());

    /** Opens a page file; anything it asks the network for, and any error on it, fails the test. */
    async function open(html: string, hash = "", options: Parameters<Browser["newPage"]>[0] = {}): Promise<void> {
      page = await browser.newPage({ offline: true, ...options });
      const seen: string[] = [];
      page.on("request", (request) => seen.push(request.url()));
      page.on("pageerror", (error) => seen.push(error.message));
      page.on("console", (message) => seen.push(message.text()));
      const url = pathToFileURL(html).href;
      await page.goto(url + hash);
      expect(seen).toEqual([url]);
    }
    const shown = () => page.locator("#shown").textContent();
    const rows = () => page.locator("#rows tr");

    it("shows numbers, problems and what IMPORT will do, with names as they are", async () => {
      const bytes = await encodeTexts([...SAMPLE, ...HOSTILE]);
      await open(await pageOf("evil", Buffer.concat([bytes, DAMAGE, bytes])));
      const text = await page.locator("main").innerText();
      expect(text).toContain("IMPSEQ 3, REQSEQ 17, SRVSEQ 80");
      expect(text).toContain("MS Mail: address types in upper case (Q157712)");
      expect(text).toContain("sets its template, wiping the template data there are");
      expect(text).toContain("</script><img src=x>");
      expect(await page.locator("img").count()).toBe(0);
      await page.getByText("IMPORT message 72:").click();
      const findings = page.locator("details", { hasText: "IMPORT message 72:" }).locator(".findings");
      expect(await findings.innerText()).toContain("50 characters; 30 are allowed");
      await page.fill("#search", "damage");
      expect(await rows().first().innerText()).toMatch(/damage\s+\d+ bytes from byte \d+ on/u);
    });

    it("finds records while one types, more on demand, and those of a list by a click on it", async () => {
      await open(await pageOf("people", await encodeAll(somePeople(2000))));
      expect(await shown()).toBe("2,000 of 2,000 records, the first 200 shown");
      expect(await rows().count()).toBe(200);
      await page.getByRole("button", { name: "Show more" }).click();
      expect(await rows().count()).toBe(400);
      expect(await page.locator(".chart rect").count()).toBeGreaterThan(40);

      await page.locator("#search").pressSequentially("MÜLLER siân");
      expect(await shown()).toBe("0 of 2,000 records");
      await page.fill("#search", "müller jürgen 1");
      expect(await shown()).toMatch(/^[1-9]\d* of 2,000 records$/u);
      for (const row of await rows().allInnerTexts()) expect(row).toMatch(/Müller, Jürgen/u);

      expect(await page.locator(".chart").first().innerText()).toMatch(/PCM:NORTH\s+1,.*lists\s+SMTP:/su);
      await page.getByText("PCM:NORTH: 48 lists").click();
      await page.getByRole("button", { name: "PCM:NORTH/PO3", exact: true }).click();
      expect(await page.inputValue("#search")).toBe("PCM:NORTH/PO3/");
      expect(await shown()).toBe("40 of 2,000 records");
    });

    it("searches for what its address asks for", async () => {
      await open(await pageOf("asked", await encodeTexts(SAMPLE)), "#q=Lef%C3%A8vre");
      expect(await rows().allInnerTexts()).toEqual([expect.stringContaining("renee.lefevre@example.com")]);
    });

    it("stays usable with 50,000 records", async () => {
      await open(await pageOf("many", await encodeAll(somePeople(50_000))));
      expect(await shown()).toContain("50,000 of 50,000 records");
      await page.evaluate(`
        search.addEventListener("input", () => performance.mark("typed"), { capture: true });
        search.addEventListener("input", () => performance.measure("searched", "typed"));`);
      await page.locator("#search").pressSequentially("berg 4999");
      expect(await shown()).toMatch(/^[1-9]\d* of 50,000 records$/u);
      const times = await page.evaluate<number[]>(
        'performance.getEntriesByName("searched").map((one) => one.duration)',
      );
      expect(times).toHaveLength(9);
      expect(Math.max(...times), "milliseconds that a keystroke takes").toBeLessThan(1000);
    });

    it.each(["light", "dark"] as const)("fits a phone, %s: nothing is wider than the window", async (colorScheme) => {
      const more = { colorScheme, viewport: { width: 390, height: 844 } };
      await open(await pageOf("phone", await encodeTexts([...SAMPLE, ...HOSTILE])), "", more);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      const colour = await page.evaluate("getComputedStyle(document.body).color");
      expect(colour).toBe(colorScheme === "light" ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)");
      const title = `getComputedStyle(document.querySelector("#rows tr:nth-child(4) td:nth-child(3)"), "::before").content`;
      expect(await page.evaluate(title)).toBe('"Name: "');
    });

    it("of a comparison shows what is added, changed and removed", async () => {
      const before = ["R PCM:N/P", "A Old\tPCM:N/P/same", "A Gone\tPCM:N/P/gone"];
      const after = ["R PCM:N/P", "A New\tPCM:N/P/same", "A <b>Bold</b>\tPCM:N/P/b"];
      const file = join(folder, "diff.html");
      await writeTextFile(file, diffPage(await diffMasterLists(source(before), source(after)), { a: "a", b: "b" }));
      await open(file);
      expect(await page.locator("tbody tr").allInnerTexts()).toEqual([
        "added\t<b>Bold</b>\tPCM:N/P/b",
        "changed\tOld → New\tPCM:N/P/same",
        "removed\tGone\tPCM:N/P/gone",
      ]);
    });
  });
});

function source(texts: readonly string[]): ChangeSource {
  return async (to) => texts.forEach((text) => tellTransaction(parseTransaction(text), to));
}
