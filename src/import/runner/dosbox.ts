import { resolve } from "node:path";
import { abortError, asResyncError, ResyncError } from "../../errors.ts";
import { type CodePage, DEFAULT_CODE_PAGE } from "../../glb/code-page.ts";
import { type ReportEvent, type Reporter, silentReporter } from "../../report/reporter.ts";
import { checkDrive, decodeDos, dosDecoder, dosTail, hideSecrets, shownCommand } from "./dos-command-line.ts";
import { findDosbox, runEmulator } from "./dosbox/emulator.ts";
import { type Exchange, openExchange } from "./dosbox/exchange.ts";
import { checkDosNames, checkMountable } from "./dosbox/host-folders.ts";
import { mountLine, TAKEN_LETTERS } from "./dosbox/machine.ts";
import { couldNotRun, endedUnderProgram, neverStarted } from "./dosbox/outcome.ts";
import { watchRun } from "./dosbox/watch.ts";
import type { DosCall, ImportRunner, ProgramEnd, RunOptions } from "./import-runner.ts";
import { findProgramFile } from "./program-file.ts";

export interface DosboxOptions {
  /** The emulator, a path or a name on the PATH. Default `dosbox`. Made for version 0.74-3. */
  dosbox?: string;
  /** The postoffice's root on the host. */
  postoffice: string;
  /** Folder with IMPORT.EXE and REBUILD.EXE, in any spelling of upper and lower case. */
  programs: string;
  /** The postoffice's drive for the DOS program, D to Y. Default M. */
  driveLetter?: string;
  /** For arguments and screen text. Default 850. */
  codePage?: CodePage;
  /** How long the emulator may take to start the program. Default 60,000 ms; 400 ms are usual. */
  startTimeoutMs?: number;
  /** Is warned of what DOSBox cannot do. */
  reporter?: Reporter;
}

/** Runs IMPORT and REBUILD in a DOSBox without a window (docs/runners.md). Throws `CONFIG_INVALID` for an impossible drive letter. */
export function dosboxRunner(options: DosboxOptions): ImportRunner {
  const {
    dosbox = "dosbox",
    codePage = DEFAULT_CODE_PAGE,
    startTimeoutMs = 60_000,
    reporter = silentReporter,
  } = options;
  const driveLetter = usableLetter(options.driveLetter ?? "M");
  const programsLetter = driveLetter === "N" ? "P" : "N";
  const folders = { postoffice: resolve(options.postoffice), programs: resolve(options.programs) };
  const mounts = [
    { letter: driveLetter, folder: folders.postoffice },
    { letter: programsLetter, folder: folders.programs },
  ];
  const dosPath = (call: DosCall) => `${programsLetter}:\\${call.program}.EXE`;

  async function check(call: DosCall): Promise<void> {
    checkDrive(call, driveLetter);
    dosTail(call, codePage);
    await findDosbox(dosbox);
    await checkMountable("postoffice", folders.postoffice);
    await checkMountable("programs folder", folders.programs);
    await findProgramFile(folders.programs, call.program);
    await checkDosNames(folders.postoffice);
  }

  async function run(call: DosCall, options: RunOptions): Promise<ProgramEnd> {
    await check(call);
    if (call.program === "IMPORT") reporter.emit(NO_LOCKS);
    const tail = dosTail(call, codePage);
    const exchange = await openExchange({ driveLetter, program: dosPath(call), tail, mounts });
    try {
      return await runThrough(exchange, call, options);
    } finally {
      await exchange.remove();
    }
  }

  async function runThrough(
    exchange: Exchange,
    call: DosCall,
    { signal, onStart, onScreen }: RunOptions,
  ): Promise<ProgramEnd> {
    const { program } = call;
    const hopeless = new AbortController();
    const over = new AbortController();
    const stop = AbortSignal.any([signal, hopeless.signal]);
    const watching = {
      program,
      startTimeoutMs,
      decode: dosDecoder(codePage),
      onScreen: (text: string) => onScreen?.(hideSecrets(call, text)),
      onHopeless: (reason: ResyncError) => hopeless.abort(reason),
    };
    const start = performance.now();
    const watched = watchRun(exchange, watching, over.signal);
    watched.catch((error: unknown) => hopeless.abort(asResyncError(error)));
    const emulator = {
      dosbox: await findDosbox(dosbox),
      config: exchange.config,
      signal: stop,
      ...(onStart ? { onStart } : {}),
    };
    const end = await runEmulator(emulator).finally(() => over.abort());
    const durationMs = Math.round(performance.now() - start);

    const texts = [await watched, await exchange.textScreen((bytes) => decodeDos(bytes, codePage))].filter(
      (text) => text !== "",
    );
    const screen = hideSecrets(call, texts.join("\n"));
    const result = await exchange.result();
    if (result?.kind === "ended") return { kind: "ended", exitCode: result.exitCode, screen, durationMs };
    if (result !== undefined) throw couldNotRun(program, result, folders);
    const started = await exchange.started();
    if (!started && !signal.aborted) throw hopeless.signal.aborted ? abortError(stop) : neverStarted(program, end);
    return {
      kind: "killed",
      reason: stop.aborted ? abortError(stop) : endedUnderProgram(program, end),
      screen,
      durationMs,
    };
  }

  return {
    label: "dosbox",
    capabilities: { screen: true },
    describe: (call) => [
      `${dosbox} -noconsole`,
      ...mounts.map(mountLine),
      `${driveLetter}:`,
      "CD \\",
      shownCommand(dosPath(call), call),
    ],
    check,
    run,
  };
}

const NO_LOCKS: ReportEvent = {
  type: "warning",
  text: "DOSBox knows no file locks (SHARE): whoever works on the postoffice during the import is not kept out, nor seen.",
  hint: "Import when no user, ADMIN, EXTERNAL or DISPATCH works on it.",
  facts: { runner: "dosbox" },
};

function usableLetter(letter: string): string {
  const upper = letter.toUpperCase();
  if (/^[A-Z]$/u.test(upper) && !TAKEN_LETTERS.includes(upper)) return upper;
  throw new ResyncError("CONFIG_INVALID", {
    message: `${letter}: cannot be the postoffice's drive in DOSBox.`,
    hint: "Choose a letter from D to Y; A and B are floppy drives, C and Z are DOSBox's own.",
  });
}
