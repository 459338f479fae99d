import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { turnKnobs } from "../../src/simulator/dss/knobs.ts";
import { need } from "../support/need.ts";
import { MT } from "../transfer/tape/support.ts";
import { journals, makeBench, type Bench } from "./program.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/resync.js", import.meta.url));
const DSS = ["--dss", "simulated:dss", "--requestor", "HARBOUR", "--poll", "20ms", "--settle", "20ms"];
// Many runs of the program, each a few seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  await bench.resync(["simulate", "dss", "dss", "--entries", "2000"]);
  await turnKnobs(bench.path("dss"), { stopPendingMs: 5, startPendingMs: 5, stepMs: 1 });
  await bench.resync(["simulate", "postoffice", "po"]);
  await bench.resync(["keygen", "our.key"]);
});
afterAll(() => bench.close());

const push = (to: string, ...more: string[]) => ["push", ...DSS, "--to", to, "--sign-key", "our.key", ...more];
const pull = (from: string, ...more: string[]) => {
  const runner = ["--runner-command", `node ${bench.path("po", "MAILEXE")}/{program}.mjs`];
  return ["import", "--from", from, "--postoffice", "po/MAILDATA", "--trusted-key", "our.key.pub", ...runner, ...more];
};
const ADMIN = { RESYNC_ADMIN_PASSWORD: "password" };
const mt = (...more: string[]) => ["--mt", `"${process.execPath}" "${MT}" "${bench.path("mt.log")}" ${more.join(" ")}`];

describe("a signed list on tape", () => {
  it("goes from the DSS into an archive and from there into the postoffice", async () => {
    const pushed = await bench.resync(push("tape:list.tar?blocking=64", ...mt()));
    expect(pushed.exitCode).toBe(0);
    expect(pushed.stdout).toMatch(/At +tape:\S*list\.tar\?blocking=64: a\s+tar\s+archive,\s+read\s+back/u);
    expect((await stat(bench.path("list.tar"))).size % (64 * 512)).toBe(0);
    expect(await readFile(bench.path("mt.log"), "utf8")).toMatch(/^status .*list\.tar\nrewind /u);
    const imported = await bench.resync(pull("tape:list.tar"), ADMIN);
    expect(imported.stdout).toMatch(/^Verdict: succeeded/u);
    expect(imported.exitCode).toBe(0);
  });

  it("goes through a pipe from one resync to the other", async () => {
    await execa("mkfifo", [bench.path("pipe")]);
    const importing = bench.resync(pull("tape:pipe"), ADMIN);
    const pushed = await bench.resync(push("tape:pipe"));
    expect(pushed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/not\s+read\s+back/u) });
    expect(pushed.stderr.replaceAll(/\s+/gu, " ")).toContain("nobody knows what arrived at its other end");
    expect(await importing).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Verdict: succeeded/u) });
  });

  it("is refused when an older tape is put in, or one that others signed", async () => {
    await writeFile(bench.path("kept.tar"), await readFile(bench.path("list.tar")));
    expect(await bench.resync(pull("tape:kept.tar"), ADMIN)).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining("DELIVERY_OLDER"),
    });
    expect((await bench.resync(pull("tape:kept.tar", "--allow-older", "--dry-run"), ADMIN)).exitCode).toBe(0);
    expect((await bench.resync(["push", ...DSS, "--to", "tape:plain.tar"])).exitCode).toBe(0);
    expect(await bench.resync(pull("tape:plain.tar"), ADMIN)).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining("DELIVERY_NOT_TRUSTED"),
    });
  });

  it("says what it would do, and does not", async () => {
    const dry = await bench.resync(push("tape:new.tar", "--dry-run"));
    expect(dry.exitCode).toBe(0);
    expect(dry.stderr.replaceAll(/\s+/gu, " ")).toContain("in blocks of 10240 bytes, and read it back");
    await expect(stat(bench.path("new.tar"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("costs no restart of the DSS when no tape is in, or mt is missing", async () => {
    for (const [more, exitCode, code] of [
      [mt("fail=status"), 5, "IO"],
      [["--mt", "no-such-mt"], 3, "PROGRAM_MISSING"],
    ] as const) {
      const pushed = await bench.resync(push("tape:/dev/null", ...more));
      expect(pushed).toMatchObject({ exitCode, stderr: expect.stringContaining(code) });
      expect(pushed.stderr).not.toContain("Restart");
    }
  });

  it("does not take the place of the archive before when it is killed", async () => {
    await mkdir(bench.path("tapes"));
    expect((await bench.resync(push("tape:tapes/list.tar"))).exitCode).toBe(0);
    const before = await readFile(bench.path("tapes", "list.tar"));
    const earlier = (await journals(bench.stateDir)).length;
    const child = bench.start(push("tape:tapes/list.tar"));
    const writing = async () =>
      (await journals(bench.stateDir))[earlier]?.some((line) => line.includes("deliver.tape"));
    while ((await writing()) !== true) await pause(2);
    child.kill("SIGKILL");
    await child;
    const now = await readFile(bench.path("tapes", "list.tar"));
    expect(now.length).toBe(before.length);
    expect((await bench.resync(pull("tape:tapes/list.tar", "--dry-run"), ADMIN)).exitCode).toBe(0);
    expect((await bench.resync(push("tape:tapes/list.tar"))).exitCode).toBe(0);
    expect((await readdir(bench.path("tapes"))).filter((name) => !name.endsWith(".TMG"))).toEqual(["list.tar"]);
  });
});

describe.skipIf(!need("strace"))("a drive", () => {
  it("gets nothing but whole blocks, one write(2) each, as strace(1) sees it", async () => {
    const trace = bench.path("trace");
    const strace = ["-f", "-qq", "-e", "trace=write,pwrite64,writev,read,pread64", "-P", "/dev/null", "-o", trace];
    const run = [process.execPath, PROGRAM, ...push("tape:/dev/null?blocking=32", "--no-generate", "--keep", ...mt())];
    expect((await bench.resync(["push", ...DSS, "--keep", "--to", "tape:list.tar"])).exitCode).toBe(0);
    const { exitCode, stderr } = await execa("strace", [...strace, ...run], {
      cwd: bench.folder,
      env: { RESYNC_STATE_DIR: bench.stateDir },
      reject: false,
      stdin: "ignore",
    });
    expect(stderr).toContain("VERIFY_FAILED");
    expect(exitCode).toBe(5);
    const calls = (await readFile(trace, "utf8")).split("\n").filter((line) => /write|writev/u.test(line));
    const sizes = calls.map((line) => / write\(\d+, .*, (\d+)\) += (\d+)$/u.exec(line)?.slice(1).join(" ") ?? line);
    expect(sizes.length).toBeGreaterThan(3);
    expect(new Set(sizes)).toEqual(new Set(["16384 16384"]));
  });
});
