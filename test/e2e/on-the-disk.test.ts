import { mkdir, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  diskHistory,
  lateLines,
  namingFaults,
  namingOf,
  notOnTheDisk,
  type DiskHistory,
} from "../support/file-history.ts";
import { need } from "../support/need.ts";
import { traceFiles } from "../support/strace.ts";
import { makeBench, type Bench } from "./program.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));

describe.skipIf(!need("strace"))("a push to a folder of this machine, in the order of its system calls,", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await makeBench();
    await bench.resync(["simulate", "dss", "dss", "--entries", "10"]);
    await bench.resync(["simulate", "postoffice", "po"]);
    await mkdir(bench.path("outbox"));
  });
  afterAll(() => bench.close());

  it("has the list on the disk under its name before the manifest says so, and each line of its journal before it goes on", async () => {
    const { history, journal } = await traced("--to", bench.path("outbox"));
    const list = namingOf(history, bench.path("outbox", "RESYNC.GLB"));
    const manifest = namingOf(history, bench.path("outbox", "RESYNC.JSN"));
    expect(namingFaults(history, [list], manifest.began)).toEqual([]);
    const said = history.writes.findLast(({ path }) => path === journal);
    expect(namingFaults(history, [manifest], said?.began ?? 0)).toEqual([]);
    expect(history.writes.filter(({ path }) => path === journal).length).toBeGreaterThan(10);
    expect(lateLines(history, journal)).toEqual([]);
    // The journal's own name, and its folder's, before anything is done on the DSS or at the place.
    const done = Math.min(...history.namings.map(({ began }) => began));
    const begun = history.writes.filter(({ path }) => path === journal).slice(0, 1);
    expect(notOnTheDisk(history, begun, bench.stateDir, done)).toEqual([]);
  });

  it("has the bare list in a postoffice on the disk before it gets its name", async () => {
    const { history, journal } = await traced("--drop-in-glb", "--to", bench.path("po", "MAILDATA"));
    const list = namingOf(history, bench.path("po", "MAILDATA", "GLB", "RESYNC.GLB"));
    const said = history.writes.findLast(({ path }) => path === journal);
    expect(namingFaults(history, [list], said?.began ?? 0)).toEqual([]);
  });

  async function traced(...to: string[]): Promise<{ history: DiskHistory; journal: string }> {
    const push = ["push", "--dss", `simulated:${bench.path("dss")}`, "--requestor", "HARBOUR", ...to];
    const environment = { RESYNC_STATE_DIR: bench.stateDir };
    const calls = await traceFiles([process.execPath, PROGRAM, ...push], bench.path("trace"), environment);
    const run = (await readdir(bench.path("state", "runs"))).toSorted().at(-1) ?? "";
    return { history: diskHistory(calls), journal: bench.path("state", "runs", run, "journal.jsonl") };
  }
});
