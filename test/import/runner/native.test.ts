import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify } from "../../../src/journal/process-identity.ts";
import { type DosCall, plain } from "../../../src/import/runner/import-runner.ts";
import { nativeRunner } from "../../../src/import/runner/native.ts";
import type { WindowsHost } from "../../../src/import/runner/native/windows.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { CALL, importRunnerContract, PASSWORD } from "../../contract/import-runner.ts";

const STAND_INS = join(import.meta.dirname, "../../../fixtures/programs/windows");
const never = new AbortController().signal;

/** A private copy of the stand-ins for Windows, a folder for its drives, an empty postoffice. */
async function openBed() {
  const folder = await mkdtemp(join(tmpdir(), "resync-native-"));
  const postoffice = join(folder, "Mail Data");
  await cp(STAND_INS, folder, { recursive: true });
  await mkdir(join(folder, "drives"));
  await mkdir(postoffice);
  await writeFile(join(postoffice, "CONTROL"), "0");
  const windows: WindowsHost = {
    platform: "win32",
    runsDos: true,
    subst: join(folder, "subst"),
    taskkill: join(folder, "taskkill"),
    driveRoot: (letter) => join(folder, "drives", letter),
  };
  return { folder, postoffice, programs: folder, windows };
}

importRunnerContract("native, on stand-ins for Windows", async () => {
  const bed = await openBed();
  return {
    runner: nativeRunner(bed),
    behave: (how) => writeFile(join(bed.postoffice, "CONTROL"), how === "hang" ? how : String(how.exitCode)),
    removeProgram: () => rm(join(bed.folder, "IMPORT.EXE")),
    async alive() {
      const pids = (await readFile(join(bed.postoffice, "PIDS"), "utf8")).trim().split(" ").map(Number);
      expect(pids).toHaveLength(2);
      return (await Promise.all(pids.map(identify))).some((life) => life !== undefined);
    },
    postoffice: async () => (await readdir(bed.postoffice)).join(),
    close: () => rm(bed.folder, { recursive: true }),
  };
});

describe("the native runner", () => {
  let bed: Awaited<ReturnType<typeof openBed>>;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(bed.folder, { recursive: true });
  });
  const run = (options = {}, call: DosCall = CALL) => nativeRunner({ ...bed, ...options }).run(call, { signal: never });
  const called = async () => (await readFile(join(bed.postoffice, "CALLED"), "utf8")).trimEnd().split("\n");
  const drives = () => readdir(join(bed.folder, "drives"));
  const substituteM = () => symlink(bed.postoffice, join(bed.folder, "drives", "M"));

  it("puts the postoffice behind its drive letter for the run, current directory at the root, exact arguments", async () => {
    vi.stubEnv("RESYNC_PASSWORD", PASSWORD);
    const end = await run();
    expect(end.screen).toBe("Working in Büro\n");
    expect(await called()).toEqual([bed.postoffice, "admin", `-p${PASSWORD}`, "-q", "-y", "-dM", "secrets:"]);
    expect(await drives()).toEqual([]);
  });

  it("does not believe a SUBST that ends well and did nothing, as Wine's does", async () => {
    const windows = { ...bed.windows, subst: "true" };
    await expect(run({ windows })).rejects.toMatchObject({
      code: "PREFLIGHT_REFUSED",
      message: expect.stringContaining("SUBST could not put"),
    });
    await expect(called()).rejects.toThrow("ENOENT");
  });

  it("takes the letter away when the program was killed, too", async () => {
    await writeFile(join(bed.postoffice, "CONTROL"), "hang");
    const stop = new AbortController();
    await nativeRunner(bed).run(CALL, { signal: stop.signal, onScreen: () => stop.abort() });
    expect(await readFile(join(bed.folder, "taskkill.log"), "utf8")).toMatch(/^\/PID \d+ \/T \/F\n$/u);
    expect(await drives()).toEqual([]);
  });

  it("uses a letter that stands for the postoffice already, and leaves it", async () => {
    await substituteM();
    await run();
    expect(await drives()).toEqual(["M"]);
    await run({ postoffice: join(bed.folder, "drives", "M") });
    expect(await drives()).toEqual(["M"]);
  });

  it("tells of a letter that it could not take away again", async () => {
    const reporter = recordingReporter();
    await writeFile(join(bed.folder, "IMPORT.EXE"), "#!/bin/sh\nrm ../drives/M\n");
    expect(await run({ reporter })).toMatchObject({ kind: "ended", exitCode: 0 });
    expect(reporter.events).toMatchObject([{ type: "warning", hint: "SUBST M: /D", facts: { letter: "M" } }]);
  });

  describe("refuses before it starts anything:", () => {
    afterEach(async () => expect(await readdir(bed.postoffice)).toEqual(["CONTROL"]));
    const refused = async (code: string, words: string, options = {}, call = CALL) => {
      await expect(nativeRunner({ ...bed, ...options }).check(call)).rejects.toMatchObject({ code });
      const message = expect.stringContaining(words) as string;
      await expect(run(options, call)).rejects.toMatchObject({ code, message });
    };

    it("another system than Windows, with the way out", async () => {
      await refused("PROGRAM_MISSING", "this is linux", { windows: { ...bed.windows, platform: "linux" } });
      await expect(
        nativeRunner({ ...bed, windows: { ...bed.windows, platform: "linux" } }).check(CALL),
      ).rejects.toMatchObject({ hint: expect.stringMatching(/dosbox.*command/u) as string });
    });

    it("a DOS program on 64-bit Windows, but not a program that runs there", async () => {
      const windows = { ...bed.windows, runsDos: false };
      const image = Buffer.alloc(256);
      image.write("MZ");
      image.writeUInt32LE(0x80, 0x3c);
      image.write("NE", 0x80); // bound for DOS and OS/2, as IMPORT.EXE is (Q118621)
      await writeFile(join(bed.folder, "IMPORT.EXE"), image);
      await refused("PROGRAM_MISSING", "64-bit Windows", { windows });
      image.write("PE\0\0", 0x80, "latin1");
      await writeFile(join(bed.folder, "IMPORT.EXE"), image);
      await nativeRunner({ ...bed, windows }).check(CALL);
    });

    it("a network path", () =>
      refused("PREFLIGHT_REFUSED", "is a network path", { postoffice: String.raw`\\SRV\MAILDATA` }));

    it("a letter that stands for something else", async () => {
      await symlink(bed.folder, join(bed.folder, "drives", "M"));
      await refused("PREFLIGHT_REFUSED", `it stands for ${bed.folder}`);
      await mkdir(join(bed.folder, "drives", "P"));
      await refused("PREFLIGHT_REFUSED", "drive P: is in use", { driveLetter: "p" }, { ...CALL, args: [plain("-dP")] });
    });

    it("another drive than the program's, and what DOS cannot pass on", async () => {
      await refused("PREFLIGHT_REFUSED", "work on drive M:", { driveLetter: "P" });
      await refused("PREFLIGHT_REFUSED", "blank", {}, { ...CALL, args: [plain("a b")] });
    });
  });
});
