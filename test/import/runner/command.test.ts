import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandRunner } from "../../../src/import/runner/command.ts";
import { plain } from "../../../src/import/runner/import-runner.ts";
import { identify } from "../../../src/journal/process-identity.ts";
import { CALL, importRunnerContract, PASSWORD, type RunnerBed } from "../../contract/import-runner.ts";

const STAND_IN = fileURLToPath(new URL("../../../fixtures/programs/stand-in.mjs", import.meta.url));
const never = new AbortController().signal;

/** A private copy of the stand-in with its knobs, and an empty postoffice. */
async function openBed() {
  const folder = await mkdtemp(join(tmpdir(), "resync-command-"));
  const program = join(folder, "stand-in.mjs");
  const knobs = join(folder, "knobs.json");
  const pids = join(folder, "pids.json");
  const root = join(folder, "po");
  await mkdir(root);
  await cp(STAND_IN, program);
  const set = async (how: Record<string, unknown>) => writeFile(knobs, JSON.stringify({ pids, ...how }));
  await set({});
  const started = async () => JSON.parse(await readFile(pids, "utf8").catch(() => "[]")) as number[];
  return { folder, program, knobs, root, set, started };
}

async function openRunnerBed(): Promise<RunnerBed> {
  const { folder, program, knobs, root, set, started } = await openBed();
  return {
    runner: commandRunner({ command: [program, knobs], postoffice: root }),
    behave: async (how) => set(how === "hang" ? { hang: true } : how),
    removeProgram: async () => rm(program),
    async alive() {
      const lives = await Promise.all((await started()).map(identify));
      return lives.some((life) => life !== undefined);
    },
    postoffice: async () => JSON.stringify(await readdir(root)),
    close: async () => rm(folder, { recursive: true }),
  };
}

importRunnerContract("command", openRunnerBed);

describe("the command runner", () => {
  let bed: Awaited<ReturnType<typeof openBed>>;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(bed.folder, { recursive: true });
  });
  const shown = (screen: string) =>
    JSON.parse(screen.split("\n")[1] ?? "") as { args: string[]; cwd: string; secrets: unknown };

  it("fills in program, postoffice and arguments, and starts in the postoffice's root", async () => {
    const command = [bed.program, bed.knobs, "{postoffice}/{program}", "{arguments}", "{PROGRAM}.EXE"];
    const runner = commandRunner({ command, postoffice: bed.root });
    const end = await runner.run({ program: "REBUILD", args: [plain("-f"), plain("-dM")] }, { signal: never });
    expect(shown(end.screen)).toMatchObject({
      args: [`${bed.root}/rebuild`, "-f", "-dM", "REBUILD.EXE"],
      cwd: bed.root,
    });
  });

  it("adds the arguments at the end, says each once, and tells the process it started", async () => {
    const runner = commandRunner({ command: [bed.program, bed.knobs], postoffice: bed.root });
    const pids: number[] = [];
    const end = await runner.run(CALL, { signal: never, onStart: (pid) => pids.push(pid) });
    expect(shown(end.screen).args).toEqual(["admin", "-p***", "-q", "-y", "-dM"]);
    expect(pids).toEqual((await bed.started()).slice(0, 1));
  });

  it("keeps our own settings, which hold secrets, from the program", async () => {
    vi.stubEnv("RESYNC_PASSWORD", PASSWORD);
    const runner = commandRunner({ command: [bed.program, bed.knobs], postoffice: bed.root });
    expect(shown((await runner.run(CALL, { signal: never })).screen).secrets).toBe(null);
  });

  it("reads the screen in code page 850", async () => {
    await bed.set({ screen: "B\u0081ro" });
    const runner = commandRunner({ command: [bed.program, bed.knobs], postoffice: bed.root });
    expect((await runner.run(CALL, { signal: never })).screen).toContain("Büro");
  });

  it("ends what the program leaves behind in the background", async () => {
    await bed.set({ orphan: true });
    const runner = commandRunner({ command: [bed.program, bed.knobs], postoffice: bed.root });
    expect(await runner.run(CALL, { signal: never })).toMatchObject({ kind: "ended" });
    const started = await bed.started();
    expect(started).toHaveLength(2);
    expect(await Promise.all(started.map(identify))).toEqual([undefined, undefined]);
  });

  it.each([[[]], [[""]], [["sh", "-c", "import {arguments}"]]])("refuses the command %j", (command) => {
    expect(() => commandRunner({ command, postoffice: bed.root })).toThrowError(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  it("finds programs on the PATH and names the ones that are not", async () => {
    await commandRunner({ command: ["node"], postoffice: bed.root }).check(CALL);
    await expect(
      commandRunner({ command: ["no-such-emulator"], postoffice: bed.root }).check(CALL),
    ).rejects.toMatchObject({
      code: "PROGRAM_MISSING",
      message: 'There is no program "no-such-emulator" on the PATH.',
    });
  });
});
