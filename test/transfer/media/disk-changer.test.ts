import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { commandChanger, personChanger, type WantedDisk } from "../../../src/transfer/media/disk-changer.ts";

const wanted: WantedDisk = { text: "Put number 2 into A:.", place: "media:/mnt/a b", numbers: [2, 4], of: 5 };
const { signal } = new AbortController();

describe("a person", () => {
  it("is asked, and may say no", async () => {
    const asked: string[] = [];
    const yes = personChanger(async (question) => asked.push(question) > 0);
    await yes.change(wanted, signal);
    expect(asked).toEqual(["Put number 2 into A:. Is it in?"]);
    await expect(personChanger(async () => false).change(wanted, signal)).rejects.toMatchObject({
      code: "INTERRUPTED",
      exitCode: 130,
    });
  });

  it("who is called away by a signal has not said no", async () => {
    const reason = new ResyncError("TERMINATED", { message: "SIGTERM" });
    const gone = personChanger(async () => false).change(wanted, AbortSignal.abort(reason));
    await expect(gone).rejects.toBe(reason);
  });
});

describe("a command", () => {
  let folder: string;
  let script: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "resync-changer-"));
    script = join(folder, "change disk.mjs");
  });
  afterEach(() => rm(folder, { recursive: true }));
  const command = (more: string) => commandChanger(`"${process.execPath}" "${script}" ${more}`);

  it("gets the number, how many, and the place, each as one word and without a shell", async () => {
    const out = join(folder, "out");
    await writeFile(
      script,
      `import{writeFileSync as w}from"node:fs";w(${JSON.stringify(out)},JSON.stringify(process.argv.slice(2)))`,
    );
    await command("-n={volume}/{volumes} {place} '$HOME; rm'").change(wanted, signal);
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual(["-n=2/5", "media:/mnt/a b", "$HOME; rm"]);
  });

  it("that fails is named with what it said; so is one that is not there", async () => {
    await writeFile(script, `console.error("no disk in the robot");process.exit(3)`);
    await expect(command("").change(wanted, signal)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/change disk\.mjs".*ended with exit code 3: no disk in the robot\./u),
    });
    await expect(commandChanger("/nowhere/robot {volume}").change(wanted, signal)).rejects.toMatchObject({
      code: "PROGRAM_MISSING",
      exitCode: 3,
      message: '"/nowhere/robot 2" cannot be started.',
    });
  });

  it("ends with the run", async () => {
    await writeFile(script, `setInterval(()=>{},1000)`);
    const controller = new AbortController();
    const reason = new ResyncError("INTERRUPTED", { message: "Ctrl-C" });
    const running = command("").change(wanted, controller.signal);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});
