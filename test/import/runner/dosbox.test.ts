import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { dosboxRunner } from "../../../src/import/runner/dosbox.ts";
import { type DosCall, plain, secretArgument } from "../../../src/import/runner/import-runner.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { CALL, importRunnerContract } from "../../contract/import-runner.ts";
import { assembleDosPrograms, type DosBed, dosBed, isAlive, treeText } from "../../servers/dos-program.ts";
import { need } from "../../support/need.ts";

const never = new AbortController().signal;

describe.skipIf(!need("dosbox", "nasm"))("the dosbox runner", () => {
  importRunnerContract("dosbox", async () => {
    const bed = await dosBed();
    return {
      runner: dosboxRunner(bed),
      behave: (how) => bed.control(how === "hang" ? "I" : `X${String(how.exitCode).padStart(3, "0")}`),
      removeProgram: () => rm(join(bed.programs, "IMPORT.EXE")),
      alive: async () => isAlive((await bed.pid()) ?? -1),
      postoffice: () => treeText(bed.postoffice),
      close: bed.close,
    };
  });

  let bed: DosBed;
  let temporary: string;
  beforeEach(async () => {
    bed = await dosBed();
    temporary = join(bed.folder, "tmp");
    await mkdir(temporary);
    vi.stubEnv("TMPDIR", temporary);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    const left = await readdir(temporary);
    await bed.close();
    expect(left, "temporary files left behind").toEqual([]);
  });

  const run = (call: DosCall = CALL, options = {}) => dosboxRunner({ ...bed, ...options }).run(call, { signal: never });
  const inPostoffice = (name: string) => join(bed.postoffice, name);
  const log = () => readFile(inPostoffice("LOG/DIRSYNC.LOG"), "latin1");
  const imported = async () => !(await readdir(inPostoffice("GLB"))).includes("RESYNC.GLB");

  it("lets IMPORT work at the root of the postoffice, and REBUILD after it", async () => {
    expect(await run()).toMatchObject({ kind: "ended", exitCode: 0 });
    expect(await imported()).toBe(true);
    expect((await stat(inPostoffice("GLB/SRVTRANS.GLB"))).size).toBe(0);
    expect((await readFile(inPostoffice("GLB/FLAG.GLB")))[0]).toBe(1);
    await run({ program: "REBUILD", args: [plain("-f"), plain("-dM")] });
    expect(await log()).toMatch(
      /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d \| Status {7}Microsoft \(R\) Mail Import V3\.5\r\n.+Import is finished\.\r\n.+Rebuild.+\r\n.+ {6}2\r\n.+\| Status {7}\r\n$/u,
    );
  });

  it("finds files and programs whatever case they are written in, and takes any drive letter", async () => {
    await rename(join(bed.programs, "IMPORT.EXE"), join(bed.programs, "Import.exe"));
    await rename(inPostoffice("GLB/RESYNC.GLB"), inPostoffice("GLB/resync.glb"));
    await rename(inPostoffice("GLB"), inPostoffice("glb"));
    const args = [...CALL.args.slice(0, -1), plain("-dn")];
    expect(await run({ ...CALL, args }, { driveLetter: "n" })).toMatchObject({ kind: "ended", exitCode: 0 });
    expect(await readdir(inPostoffice("glb"))).not.toContain("resync.glb");
  });

  it("warns that DOSBox keeps nobody out of the postoffice", async () => {
    const reporter = recordingReporter();
    await run(CALL, { reporter });
    expect(reporter.events).toMatchObject([{ type: "warning", text: expect.stringContaining("SHARE") as string }]);
  });

  it("passes 126 characters on, whatever a shell would make of them", async () => {
    await bed.control("A");
    const odd = "%PATH%<>|&^'*?äÉ§-";
    const args = [plain("admin"), secretArgument("-p", "password"), plain("-q"), plain("-y"), plain("-dM"), plain(odd)];
    const length = args.reduce((sum, { text }) => sum + 1 + text.length, 0);
    const rest = plain("x".repeat(126 - length - 1));
    await run({ ...CALL, args: [...args, rest] });
    const tail = new TextDecoder("latin1").decode(await readFile(inPostoffice("ARGS.BIN")));
    expect(tail).toBe(` admin -ppassword -q -y -dM %PATH%<>|&^'*?\x84\x90\xF5- ${rest.text}`);
  });

  it.each([
    ["Bad ID or Password by direct video", "V", "ended", "Bad ID or Password"],
    ["a wait for a key", "K", "killed", "Press a key"],
  ])("tells %s", async (_, control, kind, words) => {
    await bed.control(control);
    const end = await run();
    expect(end).toMatchObject({ kind, screen: expect.stringContaining(words) as string });
    expect(await imported()).toBe(false);
    if (end.kind === "killed") expect(end.reason).toMatchObject({ code: "IMPORT_FAILED" });
  });

  it("tells a wrong password and a missing one by the screen", async () => {
    const args = (password: string) => [plain("admin"), secretArgument("-p", password), plain("-q"), plain("-y")];
    expect((await run({ ...CALL, args: args("wrong") })).screen).toContain("Bad ID or Password");
    const end = await run({ ...CALL, args: args("") });
    expect(end).toMatchObject({ kind: "killed", screen: expect.stringMatching(/Password: $/u) as string });
  });

  it("ends a program that is busy for ever", async () => {
    await bed.control("B");
    const stop = new AbortController();
    const onScreen = (text: string) => text.includes("Working") && stop.abort();
    const end = await dosboxRunner(bed).run(CALL, { signal: stop.signal, onScreen });
    expect(end).toMatchObject({ kind: "killed", reason: { code: "INTERRUPTED" } });
    expect(await isAlive((await bed.pid()) ?? -1)).toBe(false);
  });

  it("keeps the password in no file, argument or environment while the program runs", async () => {
    await bed.control("I");
    const stop = new AbortController();
    const seen: string[] = [];
    const look = async () => {
      const pid = (await bed.pid()) ?? -1;
      for (const name of ["cmdline", "environ"]) seen.push(await readFile(`/proc/${pid}/${name}`, "latin1"));
      seen.push(Buffer.from(await treeText(temporary)).toString("latin1"));
      const [folder = ""] = await readdir(temporary);
      seen.push(((await stat(join(temporary, folder))).mode & 0o777).toString(8));
      stop.abort();
    };
    vi.stubEnv("RESYNC_PASSWORD", "open-sesame");
    let looked: Promise<void> | undefined;
    const onScreen = () => {
      looked ??= look();
    };
    const args = [plain("admin"), secretArgument("-p", "password"), plain("-q"), plain("-y"), plain("-dM")];
    await dosboxRunner(bed).run({ ...CALL, args }, { signal: stop.signal, onScreen });
    await looked;
    const [commandLine = "", environment = "", files = "", mode] = seen;
    expect(commandLine).toContain("dosbox.conf");
    expect(environment).toContain("SDL_VIDEODRIVER=dummy");
    expect(files).toContain("LAUNCH.COM");
    const contents = files
      .split("\n")
      .map((line) => Buffer.from(line.split(" ").at(-1) ?? "", "base64").toString("latin1"));
    for (const text of [commandLine, environment, files, ...contents]) {
      expect(text).not.toContain("-ppassword");
      expect(text).not.toContain("open-sesame");
    }
    expect(mode).toBe("700");
  });

  it("says that the emulator was ended under the program, which is no hang and no end", async () => {
    await bed.control("I");
    const onScreen = (text: string) => {
      if (text.includes("Working")) void bed.pid().then((pid) => process.kill(pid ?? -1, "SIGKILL"));
    };
    const end = await dosboxRunner(bed).run(CALL, { signal: never, onScreen });
    expect(end).toMatchObject({ kind: "killed", reason: { code: "IMPORT_FAILED" } });
    expect(end.kind === "killed" && end.reason.message).toContain("SIGKILL");
  });

  it.runIf(need("setpriv"))("leaves no DOSBox behind when we are killed", async () => {
    await bed.control("I");
    const program = join(import.meta.dirname, "../../../dist/import/runner/dosbox.js");
    const script = `import { dosboxRunner } from ${JSON.stringify(program)};
      const options = ${JSON.stringify({ ...bed })};
      const call = { program: "IMPORT", args: ["admin", "-ppassword", "-q", "-y"].map((text) => ({ text, shown: text })) };
      await dosboxRunner(options).run(call, { signal: new AbortController().signal, onScreen: () => console.log("runs") });`;
    const ours = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(ours.stdout, "data").finally(() => ours.kill("SIGKILL"));
    const pid = (await bed.pid()) ?? -1;
    onTestFinished(async () => {
      if (await isAlive(pid)) process.kill(pid, "SIGKILL");
    });
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), { timeout: 5000, interval: 20 });
    expect(await readdir(temporary)).toHaveLength(1);
    await bed.control("S");
    await run(); // clears away what the killed one left
  });

  describe("when DOSBox does not start the program", () => {
    const fakeDosbox = async (script: string) => {
      await writeFile(bed.dosbox, `#!/bin/sh\n${script}\n`);
      await chmod(bed.dosbox, 0o755);
    };

    it("tells what DOSBox said", async () => {
      await fakeDosbox("echo 'Exit to error: Cannot init SDL'; exit 3");
      await expect(run()).rejects.toMatchObject({
        code: "PROGRAM_MISSING",
        message: expect.stringMatching(/exit code 3[^]*Cannot init SDL/u) as string,
      });
    });

    it("gives up after a time", async () => {
      await fakeDosbox("exec sleep 60");
      await expect(run(CALL, { startTimeoutMs: 200 })).rejects.toMatchObject({
        code: "PROGRAM_MISSING",
        message: expect.stringContaining("within 0.2 seconds") as string,
      });
    });

    it("tells a folder that is no postoffice", async () => {
      await rm(inPostoffice("GLB/MASTER.GLB"));
      await expect(run()).rejects.toMatchObject({
        code: "PROGRAM_MISSING",
        message: expect.stringContaining("no GLB\\MASTER.GLB") as string,
      });
    });

    it("tells a program that DOS cannot execute", async () => {
      const tooLarge = Buffer.alloc(512);
      tooLarge.write("MZ");
      tooLarge.writeUInt16LE(2, 4); // pages
      tooLarge.writeUInt16LE(0xffff, 10); // paragraphs it needs: 1 MB
      await writeFile(join(bed.programs, "IMPORT.EXE"), tooLarge);
      await expect(run()).rejects.toMatchObject({
        code: "PROGRAM_MISSING",
        message: expect.stringContaining("DOS error 8: not enough memory") as string,
      });
    });
  });

  describe("before it starts anything, refuses", () => {
    afterEach(async () => expect(await bed.pid()).toBeUndefined());
    const refused = async (code: string, words: string, options = {}, call = CALL) => {
      await expect(run(call, options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
      await expect(dosboxRunner({ ...bed, ...options }).check(call)).rejects.toMatchObject({ code });
    };

    it("a DOSBox that is not there", () => refused("PROGRAM_MISSING", "DOSBox (no-dosbox)", { dosbox: "no-dosbox" }));

    it("folders that DOSBox cannot mount", async () => {
      await refused("PREFLIGHT_REFUSED", "is not there", { postoffice: join(bed.folder, "none") });
      await refused("PREFLIGHT_REFUSED", "is not a folder", { postoffice: bed.dosbox });
      await refused("PREFLIGHT_REFUSED", "quotation mark", { postoffice: join(bed.folder, 'a"b') });
      await refused("PREFLIGHT_REFUSED", "bytes long", { postoffice: join(bed.folder, "x".repeat(230)) });
    });

    it("two spellings of one name, in the postoffice or of the program", async () => {
      await writeFile(inPostoffice("GLB/Resync.glb"), "");
      await refused("PREFLIGHT_REFUSED", "one and the same name");
      await rm(inPostoffice("GLB/Resync.glb"));
      await mkdir(inPostoffice("glb"));
      await refused("PREFLIGHT_REFUSED", "one and the same name");
      await writeFile(join(bed.programs, "import.exe"), "");
      await refused("PREFLIGHT_REFUSED", "one and the same name");
    });

    it("a database file that DOS would see under another name", async () => {
      await writeFile(inPostoffice("NME/backup of admin.nme"), "");
      await refused("PREFLIGHT_REFUSED", "backup of admin.nme");
    });

    it("another drive than the postoffice's", () =>
      refused("PREFLIGHT_REFUSED", "it would work on drive M:", { driveLetter: "P" }));

    it("a drive letter that DOSBox has for itself", () => {
      expect(() => dosboxRunner({ ...bed, driveLetter: "C" })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
    });
  });

  it("accepts what is unusual and harmless: mail with long names, a folder that is a link", async () => {
    await mkdir(inPostoffice("MAI"));
    for (const name of ["A", "a", "long name of a file.glb"]) await writeFile(inPostoffice(`MAI/${name}`), "");
    await writeFile(inPostoffice("README of ours.txt"), "");
    await assembleDosPrograms(bed.programs);
    await dosboxRunner(bed).check(CALL);
  });
});
