import { createHash } from "node:crypto";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import type { RunContext } from "../../../src/context.ts";
import { importFile } from "../../../src/import/import.ts";
import type { ImportRequest } from "../../../src/import/request.ts";
import { dosboxRunner } from "../../../src/import/runner/dosbox.ts";
import { openJournal } from "../../../src/journal/journal.ts";
import { newRunId } from "../../../src/journal/run-id.ts";
import { recordingReporter } from "../../../src/report/reporter.ts";
import { createPostoffice } from "../../../src/simulator/postoffice/create.ts";
import { assembleDosPrograms } from "../../servers/dos-program.ts";
import { need } from "../../support/need.ts";
import {
  controlOf,
  DOS_ADD_FAILURES,
  DOS_EXTRACT_FAILURES,
  DOS_FAILURES,
  DOS_REBUILD_FAILURES,
  DOS_SUCCESSES,
  type DosFailure,
} from "../dos-failures.ts";

describe.skipIf(!need("dosbox", "nasm"))("an import by a real DOS program in DOSBox", () => {
  let folder: string;
  let root: string;
  let request: ImportRequest;
  let context: RunContext;
  let reporter: ReturnType<typeof recordingReporter>;
  let stop: AbortController;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "resync-dos-import-"));
    const external = [{ network: "NET", postoffice: "PO", names: [{ alias: "Paul", address: "paul" }] }];
    ({ root } = await createPostoffice(folder, { external, dss: "NET/PO" }));
    const programs = join(folder, "dos");
    await assembleDosPrograms(programs);
    const list = Buffer.from("A Mark\tPCM:NET/PO/mark\0".repeat(500));
    await writeFile(join(folder, "list.glb"), list);
    await mkdir(join(folder, "run"));
    request = {
      postoffice: root,
      file: join(folder, "list.glb"),
      sha256: createHash("sha256").update(list).digest("hex"),
      runner: dosboxRunner({ postoffice: root, programs }),
      admin: "admin",
      password: async () => "password",
      driveLetter: "M",
      runFolder: join(folder, "run"),
    };
    reporter = recordingReporter();
    stop = new AbortController();
    const begin = { run: newRunId(systemClock.now()), command: "import", host: "here", version: "0", data: {} };
    const journal = await openJournal(async () => undefined, systemClock, begin);
    context = { clock: systemClock, reporter, journal, signal: stop.signal, dryRun: false };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Tells the program what to do, and takes down the postoffice as it stands then. */
  const behave = async (what: DosFailure | string) => {
    const [file, letter] = typeof what === "string" ? ["DOS.CTL", what] : controlOf(what);
    await writeFile(join(root, file), letter);
    return tree();
  };

  /** Every entry of the postoffice with its content, and its time in milliseconds. */
  const tree = async () => {
    const entries = (await readdir(root, { recursive: true })).toSorted();
    const found = entries.map(async (name) => {
      const entry = await lstat(join(root, name));
      if (!entry.isFile()) return { name };
      return { name, content: (await readFile(join(root, name))).toString("base64"), time: entry.mtimeMs };
    });
    return Promise.all(found);
  };

  /** The postoffice as it was, byte for byte, times to the microsecond that Node can set. */
  const expectTree = async (before: Awaited<ReturnType<typeof tree>>) => {
    const close = before.map(({ time, ...entry }) => ({
      ...entry,
      ...(time === undefined ? {} : { time: expect.closeTo(time, 2) as number }),
    }));
    expect(await tree()).toEqual(close);
  };

  it.each(DOS_SUCCESSES)("$control: $does, and rebuilds the Global Address List", async (expected) => {
    await behave(expected);
    const result = await importFile({ ...request, rebuild: true }, context);
    expect(result).toMatchObject({
      outcome: "imported",
      verdict: { outcome: expected.verdict },
      rebuild: { outcome: "succeeded" },
      written: expect.arrayContaining([
        "GLB/FLAG.GLB",
        "GLB/REQCONF.GLB",
        expect.stringMatching(/^USR\/.*\.USR$/u),
      ]) as string[],
    });
    expect(await readdir(join(root, "GLB"))).not.toContain("RESYNC.GLB");
  });

  it.each(DOS_FAILURES)("$control: $does; the postoffice is as before, byte for byte", async (expected) => {
    const before = await behave(expected);
    const hangs = /[IB]$/u.test(expected.control);
    const limits = hangs ? { idleMs: 1500, overallMs: 20_000, pollMs: 50 } : {};
    const failure = await importFile({ ...request, limits }, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "IMPORT_FAILED",
      exitCode: expected.exitCode,
      facts: { verdict: expected.verdict, reasons: expect.arrayContaining([...expected.reasons]) as string[] },
      state: expect.stringContaining("as it was before the import") as string,
    });
    await expectTree(before);
    expect(JSON.stringify(reporter.events)).not.toContain("-ppassword");
  });

  it.each(DOS_REBUILD_FAILURES)("$control: $does; the import stays", async (expected) => {
    await behave(expected);
    const failure = await importFile({ ...request, rebuild: true }, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "REBUILD_FAILED",
      exitCode: expected.exitCode,
      facts: { verdict: expected.verdict, reasons: expect.arrayContaining([...expected.reasons]) as string[] },
      state: expect.stringContaining("The import is good and its lists stay") as string,
    });
    expect((await readdir(join(root, "NME"))).filter((name) => name.startsWith("GAL"))).toEqual([]);
    expect(await readdir(join(root, "GLB"))).not.toContain("RESYNC.GLB");
  });

  it("fails on a wrong password, which only the screen tells", async () => {
    const before = await behave("S");
    const failing = importFile({ ...request, password: async () => "wrong" }, context);
    await expect(failing).rejects.toMatchObject({
      code: "IMPORT_FAILED",
      message: expect.stringContaining("Bad ID or Password") as string,
    });
    await expectTree(before);
    expect(await readFile(join(folder, "run", "import-screen.txt"), "utf8")).toContain("Bad ID or Password");
  });

  describe("with local addresses kept", () => {
    const lists = async () => (await tree()).filter(({ name }) => name !== "LOG/DIRSYNC.LOG");
    const inRun = (name: string) => readFile(join(folder, "run", name), "latin1");
    const keeping = () => ({ ...request, keepLocal: true, addBack: true });

    it("extracts with -x, adds back with -f -a, and proves it by another extract", async () => {
      const result = await importFile({ ...keeping(), rebuild: true }, context);
      expect(result).toMatchObject({
        outcome: "imported",
        local: { addedBack: true, lost: [{ list: "PCM:NET/PO", name: "Paul", address: "PCM:NET/PO/PAUL" }] },
        rebuild: { outcome: "succeeded" },
      });
      const paul = `A ${"Paul".padEnd(30)} PCM:NET/PO/paul`;
      expect(await inRun("lists-before.txt")).toBe(`${paul}\r\n`);
      expect(await inRun("local.txt")).toBe(`${paul}\r\n`);
      expect((await inRun("lists-added.txt")).split("\r\n")).toContain(paul);
      expect(await readdir(root)).not.toContain("RESYNCXT.TXT");
    });

    it.each(DOS_EXTRACT_FAILURES)("$control: $does; nothing is imported", async (expected) => {
      await behave(expected);
      const limits = expected.control.endsWith("I") ? { idleMs: 1500, pollMs: 50 } : {};
      const before = await lists();
      await expect(importFile({ ...keeping(), limits }, context)).rejects.toMatchObject({
        code: "KEEP_LOCAL_FAILED",
        exitCode: 8,
        state: expect.stringContaining("Nothing was imported") as string,
      });
      expect(await lists()).toEqual(before);
    });

    it.each(DOS_ADD_FAILURES)("$control: $does; the import stays, as IMPORT made it", async (expected) => {
      await behave(expected);
      const limits = expected.control.endsWith("I") ? { idleMs: 1500, pollMs: 50 } : {};
      await expect(importFile({ ...keeping(), limits }, context)).rejects.toMatchObject({
        code: "KEEP_LOCAL_FAILED",
        state: expect.stringMatching(/The import is good and stays\. Nothing was added back/u) as string,
      });
      const [list = ""] = (await readdir(join(root, "USR"))).filter((name) => /^\d{8}\.USR$/u.test(name));
      const names = (await readFile(join(root, "USR", list))).toString("latin1");
      expect(names).toContain("Mark");
      expect(names).not.toContain("Paul");
      expect(await readdir(join(root, "USR"))).not.toContain("IMPORT.USR");
    });
  });

  it("mends what an earlier import left, and brings it back when IMPORT fails", async () => {
    await writeFile(join(root, "GLB/SRVTRANS.GLB"), "an old queue");
    await writeFile(join(root, "GLB/SORTLOCK.GLB"), "");
    await writeFile(join(root, "USR/IMPORT.USR"), Buffer.alloc(53));
    const before = await behave("E");
    await expect(importFile({ ...request, mend: true }, context)).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    await expectTree(before);
    await behave("S");
    const runFolder = join(folder, "second-run");
    await mkdir(runFolder);
    expect(await importFile({ ...request, mend: true, runFolder }, context)).toMatchObject({
      outcome: "imported",
      verdict: { outcome: "succeeded" },
    });
    expect(await readdir(join(root, "GLB"))).not.toContain("SORTLOCK.GLB");
  });

  it("puts everything back on a Ctrl-C while the program runs", async () => {
    const before = await behave("B");
    const { emit } = reporter;
    reporter.emit = (event) => {
      emit(event);
      if (event.type === "debug" && event.text.includes("Working")) stop.abort();
    };
    await expect(importFile(request, context)).rejects.toMatchObject({ code: "INTERRUPTED" });
    await expectTree(before);
  });

  it("changes nothing on a dry run, and shows what it would run", async () => {
    const before = await behave("S");
    const result = await importFile(request, { ...context, dryRun: true });
    expect(result).toMatchObject({
      outcome: "dry run",
      commands: expect.arrayContaining(["N:\\IMPORT.EXE admin -p*** -q -y -dM -n"]) as string[],
    });
    await expectTree(before);
  });
});
