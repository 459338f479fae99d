import { join, resolve } from "node:path";
import { abortError, ResyncError } from "../../errors.ts";
import { type CodePage, DEFAULT_CODE_PAGE } from "../../glb/code-page.ts";
import { type Reporter, silentReporter } from "../../report/reporter.ts";
import { checkDrive, dosDecoder, dosTail, hideSecrets, shownCommand } from "./dos-command-line.ts";
import type { DosCall, ImportRunner, ProgramEnd, RunOptions } from "./import-runner.ts";
import { type DrivePlan, isNetworkPath, planDrive, sameFolder, withDrive } from "./native/drive.ts";
import { killTree, thisWindows, type WindowsHost } from "./native/windows.ts";
import { runTree } from "./process-tree.ts";
import { findProgramFile, is16Bit } from "./program-file.ts";
import { screenText } from "./screen-text.ts";

export interface NativeOptions {
  /** The postoffice's root: a folder, or the root of a drive (`M:\`). A UNC path needs a drive letter first. */
  postoffice: string;
  /** Folder with IMPORT.EXE and REBUILD.EXE. */
  programs: string;
  /** The postoffice's drive for the DOS program. Default M. */
  driveLetter?: string;
  /** For arguments and screen text. Default 850. */
  codePage?: CodePage;
  /** Hears when the drive letter could not be taken away again. */
  reporter?: Reporter;
  windows?: WindowsHost;
}

/** Runs IMPORT and REBUILD on the Windows we are on (docs/runners.md); elsewhere `check` and `run` refuse with `PROGRAM_MISSING`. */
export function nativeRunner(options: NativeOptions): ImportRunner {
  const { windows: host = thisWindows, codePage = DEFAULT_CODE_PAGE, reporter = silentReporter } = options;
  const letter = (options.driveLetter ?? "M").toUpperCase();
  const postoffice = isNetworkPath(options.postoffice) ? options.postoffice : resolve(options.postoffice);
  const programs = resolve(options.programs);

  /** Everything `run` needs to know; throws as `check` does. */
  async function prepare(call: DosCall): Promise<{ file: string; plan: DrivePlan }> {
    checkWindows(host);
    checkDrive(call, letter);
    dosTail(call, codePage);
    const file = await findProgramFile(programs, call.program);
    if (!host.runsDos && (await is16Bit(file))) throw needs32Bit(file);
    return { file, plan: await planDrive(host, letter, postoffice) };
  }

  async function run(call: DosCall, { signal, onStart, onScreen }: RunOptions): Promise<ProgramEnd> {
    const { file, plan } = await prepare(call);
    const start = performance.now();
    const screen = screenText();
    const decode = dosDecoder(codePage);
    const onOutput = (bytes: Buffer) => {
      const text = hideSecrets(call, decode(bytes));
      screen.add(text);
      onScreen?.(text);
    };
    const onLeft = (cause: unknown) => reporter.emit(letterLeft(letter, cause));
    const args = call.args.map((argument) => argument.text);
    const cwd = host.driveRoot(letter);
    const kill = (pid: number) => killTree(host, pid);
    const { exitCode } = await withDrive(host, { letter, postoffice, plan, onLeft }, () =>
      runTree(file, args, { signal, cwd, onOutput, kill, ...(onStart ? { onStart } : {}) }),
    );
    const durationMs = Math.round(performance.now() - start);
    const seen = { screen: hideSecrets(call, screen.text()), durationMs };
    if (signal.aborted) return { kind: "killed", reason: abortError(signal), ...seen };
    return { kind: "ended", exitCode, ...seen };
  }

  return {
    label: "native",
    capabilities: { screen: true },
    describe(call) {
      const command = [`${letter}:`, "CD \\", shownCommand(join(programs, `${call.program}.EXE`), call)];
      if (sameFolder(postoffice, host.driveRoot(letter))) return command;
      return [`SUBST ${letter}: ${postoffice}`, ...command, `SUBST ${letter}: /D`];
    },
    check: async (call) => void (await prepare(call)),
    run,
  };
}

function checkWindows(host: WindowsHost): void {
  if (host.platform === "win32") return;
  throw new ResyncError("PROGRAM_MISSING", {
    message: `The native runner needs Windows; this is ${host.platform}.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint: "Use --runner dosbox, or --runner command for another emulator or another machine.",
    reference: "docs/runners.md",
  });
}

function needs32Bit(file: string): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `${file} is a DOS program, and this 64-bit Windows cannot run one.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint: "Use --runner dosbox, which runs on 64-bit Windows, or --runner command.",
    reference: "docs/runners.md",
  });
}

function letterLeft(letter: string, cause: unknown) {
  return {
    type: "warning" as const,
    text: `Drive ${letter}: could not be taken away again: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: `SUBST ${letter}: /D`,
    facts: { letter },
  };
}
