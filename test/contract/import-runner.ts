import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasCode, ResyncError } from "../../src/errors.ts";
import { type DosCall, type ImportRunner, plain, secretArgument } from "../../src/import/runner/import-runner.ts";

/** A runner under test, with a program whose behaviour the test chooses. */
export interface RunnerBed {
  readonly runner: ImportRunner;
  /** What the program does at its next run: end with an exit code, or write "Working" to the screen and go on for ever with a child process, if it can have one. */
  behave(how: { exitCode: number } | "hang"): Promise<void>;
  /** Takes the program away. */
  removeProgram(): Promise<void>;
  /** True while the program, or anything it started, is alive. */
  alive(): Promise<boolean>;
  /** Every file of the postoffice with its content, to see whether anything was touched. */
  postoffice(): Promise<string>;
  close(): Promise<void>;
}

export const PASSWORD = "password";
export const CALL: DosCall = {
  program: "IMPORT",
  args: [plain("admin"), secretArgument("-p", PASSWORD), plain("-q"), plain("-y"), plain("-dM")],
};

/** What every `ImportRunner` promises (src/import/runner/import-runner.ts). `open` makes a fresh bed for each test. */
export function importRunnerContract(name: string, open: () => Promise<RunnerBed>): void {
  describe(`the contract of a runner: ${name}`, () => {
    let bed: RunnerBed;
    beforeEach(async () => {
      bed = await open();
    });
    afterEach(() => bed.close());
    const never = new AbortController().signal;

    it("runs the program to its end and keeps its exit code and its screen", async () => {
      await bed.behave({ exitCode: 7 });
      const pieces: string[] = [];
      const end = await bed.runner.run(CALL, { signal: never, onScreen: (text) => pieces.push(text) });
      expect(end).toMatchObject({ kind: "ended", exitCode: 7 });
      expect(end.durationMs).toBeGreaterThan(0);
      if (bed.runner.capabilities.screen) {
        expect(end.screen).toContain("Working");
        expect(pieces.join("")).toContain("Working");
      }
    });

    it("shows the screen while the program runs, and ends it, tree and all, when told to", async () => {
      await bed.behave("hang");
      const stop = new AbortController();
      const reason = new ResyncError("IMPORT_FAILED", { message: "No sign of life." });
      const onScreen = (text: string) => {
        if (text.includes("Working")) stop.abort(reason);
      };
      if (!bed.runner.capabilities.screen) setTimeout(() => stop.abort(reason), 1000);
      const end = await bed.runner.run(CALL, { signal: stop.signal, onScreen });
      expect(end).toMatchObject({ kind: "killed", reason });
      expect(await bed.alive()).toBe(false);
    });

    it("starts nothing when it is told to end before it began", async () => {
      await bed.behave({ exitCode: 0 });
      const before = await bed.postoffice();
      const end = await bed.runner.run(CALL, { signal: AbortSignal.abort() });
      expect(end.kind).toBe("killed");
      expect(end.kind === "killed" && hasCode(end.reason, "INTERRUPTED")).toBe(true);
      expect(await bed.postoffice()).toBe(before);
    });

    it("checks without changing anything", async () => {
      await bed.behave({ exitCode: 0 });
      const before = await bed.postoffice();
      await bed.runner.check(CALL);
      expect(await bed.postoffice()).toBe(before);
    });

    it("says PROGRAM_MISSING, from check and from run, and leaves the postoffice alone", async () => {
      await bed.removeProgram();
      const before = await bed.postoffice();
      await expect(bed.runner.check(CALL)).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
      await expect(bed.runner.run(CALL, { signal: never })).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
      expect(await bed.postoffice()).toBe(before);
    });

    it("describes the command line without the password", () => {
      const described = bed.runner.describe(CALL).join("\n");
      expect(described).toContain("-p***");
      expect(described).toContain("-dM");
      expect(described).not.toContain(PASSWORD);
    });
  });
}
