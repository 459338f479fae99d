import { readdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTexts, SAMPLE } from "../glb/support/lists.ts";
import { makeBench, ndjson, type Bench } from "./program.ts";

const BEFORE = ["R PCM:N/P", "A Same\tPCM:N/P/same", "A Gone\tPCM:N/P/gone"];
const AFTER = ["R PCM:N/P", "A Same\tPCM:N/P/same", "A Müller\tPCM:N/P/new"];
const EXTRACT = `A ${"Same".padEnd(30)} PCM:N/P/same\r\nA ${"Gone".padEnd(30)} PCM:N/P/gone\r\n`;

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  const whole = await encodeTexts(SAMPLE);
  await writeFile(bench.path("RESYNC.GLB"), whole);
  await writeFile(bench.path("cut.glb"), whole.subarray(0, -30));
  await writeFile(bench.path("noise.glb"), Buffer.alloc(5000, 7));
  await writeFile(bench.path("a.glb"), await encodeTexts(BEFORE));
  await writeFile(bench.path("b.glb"), await encodeTexts(AFTER));
  await writeFile(bench.path("extract.txt"), EXTRACT);
  await writeFile(bench.path("notes.txt"), "# to do: look\nCall: Anna\n");
});
afterAll(() => bench.close());

describe("resync inspect", () => {
  it("shows numbers, lists and what IMPORT will do; the records that are asked for; those with problems", async () => {
    const overview = await bench.resync(["inspect", "RESYNC.GLB"]);
    expect(overview).toMatchObject({ exitCode: 0, stderr: "" });
    expect(overview.stdout).toContain("IMPSEQ 3, REQSEQ 17, SRVSEQ 80");
    expect(overview.stdout).toContain("IMPORT will log message 72 for 1 transaction");
    const found = await bench.resync(["inspect", "RESYNC.GLB", "--search", "müller"]);
    expect(found.stdout.split("\n").slice(1)).toEqual([
      "         4  add       Müller, Jürgen  PCM:NORTH/HARBOUR/jmueller",
      expect.stringContaining("- Phone:/(206) 635-7022"),
      expect.stringContaining("- Title:"),
      "",
    ]);
    const wrong = await bench.resync(["inspect", "RESYNC.GLB", "--problems", "--format", "csv"]);
    expect(wrong.stdout.trimEnd().split("\r\n")).toEqual([
      expect.stringMatching(/^sync,/u),
      expect.stringContaining("[72] The name"),
    ]);
  });

  it("as NDJSON: the overview, or the records", async () => {
    const overview = await bench.resync(["inspect", "RESYNC.GLB", "--json"]);
    expect(ndjson(overview.stdout).at(-1)).toMatchObject({
      type: "result",
      outcome: "inspected",
      data: { header: { impSeq: 3 }, templates: 1, templateData: 1, producer: "MS Mail", problems: { 72: 1 } },
    });
    const records = await bench.resync(["inspect", "RESYNC.GLB", "--json", "--search", "smith"]);
    expect(ndjson(records.stdout).at(-1)).toMatchObject({ data: { records: [{ mailbox: "psmith" }] } });
  });

  it("writes a file of each format, and the page, also with --json", async () => {
    for (const format of ["table", "json", "csv", "listq", "text", "ldif", "vcard"]) {
      const args = ["inspect", "RESYNC.GLB", "--records", "--format", format, "-o", `out.${format}`, "--json"];
      const written = await bench.resync(args);
      expect(written, format).toMatchObject({ exitCode: 0, stderr: "" });
    }
    const outputs = (await readdir(bench.folder)).filter((name) => name.startsWith("out.")).toSorted();
    expect(outputs).toHaveLength(7);
    expect(await readFile(bench.path("out.text"))).toContain(0x81);
    expect(await readFile(bench.path("out.vcard"), "utf8")).toContain("FN:Müller\\, Jürgen");
    expect(await bench.resync(["inspect", "RESYNC.GLB", "--html", "page.html", "-q"])).toMatchObject({ exitCode: 0 });
    expect(await readFile(bench.path("page.html"), "utf8")).toContain("renee.lefevre@example.com");
  });

  it("shows of a cut-off file what there is, and of noise nothing; both exit 7, and no empty page is written", async () => {
    const cut = await bench.resync(["inspect", "cut.glb"]);
    expect(cut.exitCode).toBe(7);
    expect(cut.stdout).toMatch(/the file ends within a\s+record/u);
    const records = await bench.resync(["inspect", "cut.glb", "--records"]);
    expect(records).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("the file ends within") as string });
    const noise = await bench.resync(["inspect", "noise.glb", "--html", "noise.html"]);
    expect(noise).toMatchObject({ exitCode: 7, stdout: expect.stringContaining("cannot be read") as string });
    expect(await readdir(bench.folder)).not.toContain("noise.html");
    expect(await bench.resync(["inspect", "missing.glb"])).toMatchObject({ exitCode: 5 });
  });
});

describe("resync diff", () => {
  it.each(["a.glb", "extract.txt"])("%s against a list: exit 1 and what is added and removed", async (a) => {
    const { exitCode, stdout } = await bench.resync(["diff", a, "b.glb"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("  + Müller  PCM:N/P/new");
    expect(stdout).toContain("  - Gone  PCM:N/P/gone");
    expect(stdout).toContain("1 entry added, 0 changed, 1 removed, 1 as before.");
  });

  it("exits 0 where nothing differs, 7 for what is no list", async () => {
    expect(await bench.resync(["diff", "a.glb", "extract.txt"])).toMatchObject({ exitCode: 0 });
    const none = await bench.resync(["diff", "a.glb", "notes.txt"]);
    expect(none).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("line 2 is no transaction") as string });
  });

  it("as JSON, NDJSON and a page", async () => {
    const json = await bench.resync(["diff", "a.glb", "b.glb", "--format", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ added: 1, removed: 1, lists: [{ list: "PCM:N/P" }] });
    const lines = ndjson((await bench.resync(["diff", "a.glb", "b.glb", "--json"])).stdout);
    expect(lines.at(-1)).toMatchObject({ exitCode: 1, outcome: "different", data: { added: 1 } });
    await bench.resync(["diff", "a.glb", "b.glb", "--format", "html", "-o", "diff.html"]);
    expect(await readFile(bench.path("diff.html"), "utf8")).toContain("Müller");
  });
});
