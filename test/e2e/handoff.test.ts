import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { masterList } from "../support/master-list.ts";
import { makeBench, type Bench } from "./program.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
  await mkdir(bench.path("stick"));
  await mkdir(bench.path("outbox"));
});
afterEach(() => bench.close());

const QUICK = ["--poll", "20ms", "--settle", "20ms"];
const PUSH = ["push", "--dss", "handoff:stick", "--requestor", "Büro Süd", "--to", "outbox", ...QUICK];
const stick = (): Promise<string[]> => readdir(bench.path("stick"));

/** Starts a push and kills it while it waits for the operator. */
async function killedWhileWaiting(more: readonly string[] = []): Promise<void> {
  const push = bench.start([...PUSH, ...more]);
  await expect.poll(stick, { timeout: 30_000 }).toContain("HANDOFF.JSN");
  push.kill("SIGKILL");
  await push;
}

/** What the operator's command file brings. */
async function bringBack(): Promise<Uint8Array> {
  const list = await masterList(["Büro Süd"]);
  await copyFile(bench.path("stick", "SET4.REG"), bench.path("stick", "ASKED.REG"));
  await writeFile(bench.path("stick", "RESYNC.GLB"), list);
  return list;
}

describe("push over an operator", () => {
  it("delivers what comes back while it waits", async () => {
    const push = bench.start(PUSH);
    await expect.poll(stick, { timeout: 30_000 }).toContain("HANDOFF.JSN");
    const list = await bringBack();
    const { exitCode, stdout } = await push;
    expect(stdout).toMatch(/^Delivered\./u);
    expect(exitCode).toBe(0);
    expect((await readFile(bench.path("outbox", "RESYNC.GLB"))).equals(list)).toBe(true);
    expect(JSON.parse(await readFile(bench.path("outbox", "RESYNC.JSN"), "utf8"))).toMatchObject({
      requestors: ["Büro Süd"],
    });
  });

  it("goes on days later, in another process on another machine, when it was killed", async () => {
    await killedWhileWaiting();
    const list = await bringBack();
    const elsewhere = { RESYNC_STATE_DIR: bench.path("other state") };
    expect(await bench.resync([...PUSH, "--resume"], elsewhere)).toMatchObject({ exitCode: 0 });
    expect((await readFile(bench.path("outbox", "RESYNC.GLB"))).equals(list)).toBe(true);
    const again = await bench.resync([...PUSH, "--resume", "--exit-unchanged"], elsewhere);
    expect(again.exitCode).toBe(10);
  });

  it("is ended by recover, which leaves a handoff that is whole", async () => {
    await killedWhileWaiting();
    const before = await stick();
    const { exitCode, stdout } = await bench.resync(["recover"]);
    expect(stdout.replaceAll(/\s+/gu, " ")).toMatch(/push \S+: waiting\. The handoff in .*stick is whole.*--resume/u);
    expect(exitCode).toBe(0);
    expect(await stick()).toEqual(before);
    expect((await bench.resync(["recover"])).stdout).toContain("nothing to recover");
  });

  it("is taken away by recover when it was killed while it wrote", async () => {
    await killedWhileWaiting();
    await rm(bench.path("stick", "HANDOFF.JSN"));
    await writeFile(bench.path("stick", "theirs.txt"), "x");
    const blocked = await bench.resync(PUSH);
    expect(blocked.stderr.replaceAll(/\s+/gu, " ")).toContain("taken away by resync recover");
    expect((await bench.resync(["recover", "--dry-run"])).exitCode).toBe(0);
    expect(await stick()).toContain("RESYNC.CMD");
    expect((await bench.resync(["recover"])).stdout).toContain("undone");
    expect(await stick()).toEqual(["theirs.txt"]);
  });

  it("does not deliver a list for somebody else", async () => {
    await killedWhileWaiting();
    await bringBack();
    const other = PUSH.map((word) => (word === "Büro Süd" ? "OTHER" : word));
    const { exitCode, stderr } = await bench.resync([...other, "--resume"]);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain('asks for "Büro Süd", not for "OTHER"');
    expect(exitCode).toBe(2);
    expect(await readdir(bench.path("outbox"))).toEqual([]);
  });

  it("writes names in the DSS's own code page, and says which name that page does not have", async () => {
    const dss = ["--handoff-code-page", "1250", "--handoff-dxadata", "D:\\exchsrvr\\dxadata"];
    await killedWhileWaiting(dss);
    expect(await readFile(bench.path("stick", "RESYNC.CMD"), "latin1")).toContain(
      "SET DXADATA=D:\\exchsrvr\\dxadata\r\n",
    );
    await mkdir(bench.path("greek"));
    const greek = PUSH.map((word) => word.replace("stick", "greek").replace("Büro Süd", "ΑΘΗΝΑ"));
    const { exitCode, stderr } = await bench.resync([...greek, "--handoff-code-page", "1250"]);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain('"ΑΘΗΝΑ" holds characters that windows-1250 does not have');
    expect(exitCode).toBe(2);
  });

  it.each([["--second-restart"], ["--kick-after", "1m"]])(
    "refuses %s, which the command file does not do, and writes nothing",
    async (...more) => {
      const { exitCode, stderr } = await bench.resync([...PUSH, ...more]);
      expect(stderr.replaceAll(/\s+/gu, " ")).toContain(`handoff: cannot do ${more[0]}`);
      expect(exitCode).toBe(2);
      expect(await stick()).toEqual([]);
    },
  );

  it("is looked over by doctor", async () => {
    const doctor = async (folder = "stick") =>
      (await bench.resync(["doctor", "--dss", `handoff:${folder}`])).stdout.replaceAll(/\s+/gu, " ");
    expect(await doctor()).toContain("ready for a new one");
    expect(await doctor("nosuch")).toContain("1 refused");
    await killedWhileWaiting();
    expect(await doctor()).toMatch(/waits since .* for the list of Büro Süd: push --resume goes on/u);
    await rm(bench.path("stick", "HANDOFF.JSN"));
    expect(await doctor()).toContain("files of an earlier handoff");
  });
});
