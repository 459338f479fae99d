import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { masterList } from "../import/support.ts";
import { makeBench, type Bench } from "./program.ts";

describe("resync history --prune", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await makeBench();
    await bench.resync(["simulate", "postoffice", "po", "--dss", "NET/DSS", "--external", "NET/PO1"]);
  });
  afterEach(() => bench.close());

  const importList = async (addresses: number, failure?: string): Promise<string> => {
    await writeFile(bench.path("list.glb"), await masterList({ "PCM:NET/PO1": addresses }));
    if (failure !== undefined) await writeFile(bench.path("po/MAILEXE/simulation.json"), JSON.stringify({ failure }));
    const runner = ["--runner-command", `${process.execPath} ${bench.path("po/MAILEXE")}/{program}.mjs`];
    await bench.resync(["import", "list.glb", "--postoffice", "po/MAILDATA", ...runner], {
      RESYNC_ADMIN_PASSWORD: "password",
    });
    if (failure !== undefined) await writeFile(bench.path("po/MAILEXE/simulation.json"), "{}");
    return (await readdir(join(bench.stateDir, "runs"))).toSorted().at(-1) ?? "";
  };
  const has = (run: string) => existsSync(join(bench.stateDir, "runs", run, "snapshot", "before.json"));
  /** Makes every run look as if it had been a year ago. */
  const age = async () => {
    const year = String(new Date().getUTCFullYear());
    for (const run of await readdir(join(bench.stateDir, "runs"))) {
      const file = join(bench.stateDir, "runs", run, "journal.jsonl");
      await writeFile(file, (await readFile(file, "utf8")).replaceAll(`"at":"${year}`, `"at":"${Number(year) - 1}`));
    }
  };

  it("removes what old runs left, but never what a roll-back or a recovery may still need", async () => {
    const first = await importList(5);
    const failed = await importList(6, "fatal-14");
    const second = await importList(7);
    expect([first, failed, second].map(has)).toEqual([true, true, true]);
    expect((await bench.resync(["history", "--prune", "30"])).stdout).toContain(
      "Removed snapshots and copies of 0 runs",
    );
    await age();
    expect((await bench.resync(["history", "--prune", "30", "--dry-run"])).stdout).toContain(
      "Would remove snapshots and copies of 2 runs",
    );
    expect([first, failed, second].map(has)).toEqual([true, true, true]);
    expect((await bench.resync(["history", "--prune", "30"])).stdout).toContain(
      "Removed snapshots and copies of 2 runs",
    );
    expect([first, failed, second].map(has)).toEqual([false, false, true]);
    expect((await bench.resync(["history"])).stdout).toContain(first);
    // What is left is enough to take the last import back; a run that is gone says so.
    expect(await bench.resync(["rollback", second])).toMatchObject({ exitCode: 0 });
    expect(await bench.resync(["rollback", first])).toMatchObject({ exitCode: 9 });
  });

  it("keeps an undetermined import and one that was cut off", async () => {
    const undetermined = await importList(5, "numbers-not-reset");
    const cutOff = await importList(6);
    const journal = join(bench.stateDir, "runs", cutOff, "journal.jsonl");
    const lines = (await readFile(journal, "utf8")).split("\n");
    await writeFile(
      journal,
      `${lines
        .slice(
          0,
          lines.findIndex((line) => line.includes('"import.verdict"')),
        )
        .join("\n")}\n`,
    );
    await age();
    await bench.resync(["history", "--prune", "0"]);
    expect([undetermined, cutOff].map(has)).toEqual([true, true]);
  });

  it("wants days", async () => {
    expect(await bench.resync(["history", "--prune", "soon"])).toMatchObject({ exitCode: 2 });
  });
});
