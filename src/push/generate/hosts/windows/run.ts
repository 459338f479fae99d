import { execa } from "execa";
import { EXIT, ResyncError } from "../../../../errors.ts";
import type { WindowsMachine, WindowsProgram } from "./machine.ts";

/** What a Windows program printed, as bytes, and how it ended. */
export interface ProgramOutput {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number | undefined;
}

/**
 * Runs one of Windows's programs to its end. Throws `PROGRAM_MISSING` when it cannot be started and `STALLED` after `timeoutMs`
 * milliseconds; whatever the program itself says is the caller's to judge, by the state that it reads back.
 */
export async function runWindows(
  machine: WindowsMachine,
  program: WindowsProgram,
  args: readonly string[],
  timeoutMs: number,
): Promise<ProgramOutput> {
  const [file, ...first] = machine.command(program);
  const result = await execa(file, [...first, ...args], {
    stdin: "ignore",
    encoding: "buffer",
    env: machine.environment,
    timeout: timeoutMs,
    forceKillAfterDelay: 1000,
    windowsHide: true,
    reject: false,
  });
  if (result.timedOut) throw stalled(machine, program, timeoutMs);
  if (result.code === "ENOENT" || result.code === "EACCES") throw missing(machine, file, result.cause);
  return { stdout: Buffer.from(result.stdout), stderr: Buffer.from(result.stderr), exitCode: result.exitCode };
}

function stalled(machine: WindowsMachine, program: string, timeoutMs: number): ResyncError {
  return new ResyncError("STALLED", {
    message: `${program}.exe on ${machine.label} did not end within ${timeoutMs / 1000} s; it was killed.`,
    hint: "Look whether the Service Control Manager of that machine is busy: another service may be starting or stopping.",
    facts: { program, timeoutMs },
    exitCode: EXIT.connection,
    retryable: true,
  });
}

function missing(machine: WindowsMachine, file: string, cause: unknown): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `${file} cannot be started for ${machine.label}.`,
    hint: "windows: works on Windows only. From Linux or macOS use samba://user@host; at a host that nothing reaches use handoff:DIR.",
    facts: { program: file },
    cause,
  });
}
