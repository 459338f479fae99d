import { appendFile, mkdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DXA_KEY, DXA_SERVICE } from "../../src/push/generate/dss-host.ts";
import { openSimulatedDss } from "../../src/push/generate/hosts/simulated.ts";
import { journals, makeBench, ndjson, type Bench } from "./program.ts";
import { treeOf } from "./tree.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
  await mkdir(bench.path("outbox"));
  await bench.resync(["simulate", "dss", "dss", "--entries", "100"]);
});
afterEach(() => bench.close());

const PUSH = [
  "push",
  "--dss",
  "simulated:dss",
  "--requestor",
  "HARBOUR",
  "--to",
  "outbox",
  "--poll",
  "20ms",
  "--settle",
  "20ms",
];
const ADMIN = { RESYNC_ADMIN_PASSWORD: "password" };
const importArgs = () => {
  const runner = `node ${bench.path("po", "MAILEXE")}/{program}.mjs`;
  return ["import", "--from", "outbox", "--postoffice", "po/MAILDATA", "--runner-command", runner];
};
const postoffice = () => treeOf(bench.path("po", "MAILDATA"));

async function deliver(failure?: string): Promise<void> {
  await bench.resync(["simulate", "postoffice", "po", ...(failure === undefined ? [] : ["--failure", failure])]);
  expect(await bench.resync(PUSH)).toMatchObject({ exitCode: 0 });
}

async function lastRun(): Promise<string> {
  const line = (await journals(bench.stateDir)).at(-1)?.[0] ?? "{}";
  return (JSON.parse(line) as { run: string }).run;
}

/** Waits until the newest run has journaled `step`. */
async function until(step: string): Promise<void> {
  while (!(await journals(bench.stateDir)).at(-1)?.some((line) => line.includes(`"step":"${step}"`))) await pause(5);
}

describe("resync rollback", () => {
  it("takes a good import back, byte for byte and times too; once more changes nothing", async () => {
    await deliver();
    const before = await postoffice();
    expect(await bench.resync(importArgs(), ADMIN)).toMatchObject({ exitCode: 0 });
    const run = await lastRun();
    expect(await postoffice()).not.toEqual(before);
    const dry = await bench.resync(["rollback", run, "--dry-run"]);
    expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("would") });
    expect(await bench.resync(["rollback", run])).toMatchObject({ exitCode: 0 });
    expect(await postoffice()).toEqual(before);
    expect(await bench.resync(["rollback", run])).toMatchObject({ exitCode: 0 });
    expect(await postoffice()).toEqual(before);
    expect(await bench.resync(["rollback", "20000101-000000-aaaa"])).toMatchObject({ exitCode: 2 });
    expect(await bench.resync(importArgs(), ADMIN)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Verdict/u),
    });
  });

  it("refuses when one byte of a touched file has changed since, and says which", async () => {
    await deliver();
    await bench.resync(importArgs(), ADMIN);
    const run = await lastRun();
    await appendFile(bench.path("po", "MAILDATA", "GLB", "REQCONF.GLB"), "x");
    const after = await postoffice();
    const refused = await bench.resync(["rollback", run]);
    expect(refused.exitCode).toBe(9);
    expect(refused.stderr).toMatch(/ROLLBACK_REFUSED/u);
    expect(refused.stderr).toContain("REQCONF.GLB");
    expect(await postoffice()).toEqual(after);
  });
});

describe("an import", () => {
  it("that is killed while IMPORT hangs leaves a lock that names it; recover puts everything back", async () => {
    await deliver("hang-idle");
    const before = await postoffice();
    const child = bench.start(importArgs(), ADMIN);
    await until("import.started");
    child.kill("SIGKILL");
    await child;
    const locked = await bench.resync(importArgs(), ADMIN);
    expect(locked.exitCode).toBe(11);
    expect(locked.stderr).toContain("resync recover");
    const recovered = await bench.resync(["recover"]);
    expect(recovered.stdout).toMatch(/undone/u);
    expect(recovered.exitCode).toBe(0);
    expect(await postoffice()).toEqual(before);
    expect(await bench.resync(["recover"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("nothing to recover"),
    });
    expect(await bench.resync(["unlock", "--postoffice", "po/MAILDATA"])).toMatchObject({
      stdout: expect.stringContaining("not locked"),
    });
  });

  it("that is interrupted with Ctrl-C ends IMPORT, puts everything back and exits 130", async () => {
    await deliver("hang-busy");
    const before = await postoffice();
    const child = bench.start([...importArgs(), "--json"], ADMIN);
    await until("import.started");
    child.kill("SIGINT");
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(130);
    expect(ndjson(stdout).at(-1)).toMatchObject({
      type: "result",
      error: { code: "INTERRUPTED", state: expect.any(String) },
    });
    expect(await postoffice()).toEqual(before);
  });
});

describe("a push", () => {
  it("that is interrupted with Ctrl-C while the DSS writes puts the DSS back and exits 130", async () => {
    await bench.close();
    bench = await makeBench();
    await mkdir(bench.path("outbox"));
    await bench.resync(["simulate", "dss", "dss", "--entries", "100", "--failure", "no-file"]);
    const host = await openSimulatedDss(bench.path("dss"));
    const before = await host.listValues(DXA_KEY);
    const child = bench.start(PUSH);
    await until("generate.change");
    child.kill("SIGINT");
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/INTERRUPTED/u);
    expect(await host.listValues(DXA_KEY)).toEqual(before);
    expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
    await host.close();
  });
});
