import { ResyncError } from "../../../errors.ts";
import type { DosProgram } from "../import-runner.ts";
import type { EmulatorEnd } from "./emulator.ts";
import type { LaunchResult } from "./exchange.ts";

/** The program waits for a key: it would do so for ever. */
export function waitsForKey(program: DosProgram): ResyncError {
  return new ResyncError("IMPORT_FAILED", {
    message: `${program} waited for a key, and nobody is there to press one; it was ended.`,
    hint: "Its last words on the screen tell what it asked. A missing password or a missing -y makes it ask (Q96060).",
  });
}

/** The emulator runs and does not come as far as the program. */
export function startsTooSlowly(program: DosProgram, waitedMs: number): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `DOSBox did not come as far as starting ${program} within ${waitedMs / 1000} seconds; it was ended.`,
    state: UNTOUCHED,
    hint: "Is the program that was named really DOSBox 0.74? Start it by hand to see what it shows.",
  });
}

/** The emulator ended before it came as far as the program. */
export function neverStarted(program: DosProgram, end: EmulatorEnd): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `DOSBox ended (${howEnded(end)}) before it started ${program}. It wrote:\n${end.talk}`,
    state: UNTOUCHED,
    hint: "Start DOSBox by hand to see whether it works on this machine. A temporary folder (TMPDIR) that it cannot read makes it end like this.",
  });
}

/** The emulator ended under the running program. */
export function endedUnderProgram(program: DosProgram, end: EmulatorEnd): ResyncError {
  return new ResyncError("IMPORT_FAILED", {
    message: `DOSBox ended (${howEnded(end)}) while ${program} was running: it crashed, or somebody ended it.`,
    hint: "Look for the kernel's out-of-memory killer or a person who ended the process, then try again.",
  });
}

/** LAUNCH.COM found no way to run the program. */
export function couldNotRun(
  program: DosProgram,
  result: Exclude<LaunchResult, { kind: "ended" }>,
  folders: { postoffice: string; programs: string },
): ResyncError {
  const message = {
    "postoffice-not-seen": `Inside DOSBox there is no GLB\\MASTER.GLB in ${folders.postoffice}: the folder is no postoffice's root, or could not be mounted.`,
    "program-not-seen": `Inside DOSBox there is no ${program}.EXE in ${folders.programs}: the folder could not be mounted.`,
    "not-executed": `DOS cannot execute ${program}.EXE${"dosError" in result ? ` (DOS error ${result.dosError}: ${dosError(result.dosError)})` : ""}.`,
  }[result.kind];
  return new ResyncError("PROGRAM_MISSING", {
    message,
    state: UNTOUCHED,
    hint: "Check the postoffice's folder, the programs folder, and that your account may read both.",
    facts: folders,
  });
}

const UNTOUCHED = "The program did not begin; the postoffice was not touched.";

function howEnded({ exitCode, signal }: EmulatorEnd): string {
  return signal === undefined ? `exit code ${exitCode ?? "unknown"}` : `signal ${signal}`;
}

/** INT 21h/59h error codes that EXEC returns. */
function dosError(code: number): string {
  if (code === 8) return "not enough memory";
  return code === 11 ? "not a DOS program, or a damaged one" : "see INT 21h function 59h";
}
