import { parseArgsStringToArgv } from "string-argv";
import { abortError, ResyncError } from "../../errors.ts";

/** Milliseconds that a drive may take: a long tape rewinds for minutes. */
const DRIVE_MS = 900_000;

/** Moves the tape of a drive. */
export interface TapeControl {
  /** Throws when no tape is in, or the drive does not answer. */
  status(signal: AbortSignal): Promise<void>;
  /** To the beginning of the tape. */
  rewind(signal: AbortSignal): Promise<void>;
}

/** What stands in for a drive: a file or a pipe has nothing to move. */
export const noControl: TapeControl = { status: async () => undefined, rewind: async () => undefined };

/** A drive moved by `command` (`mt`, `mt-st`; perhaps with arguments): `mt -f /dev/nst0 rewind`. Throws `PROGRAM_MISSING`, or `IO`. */
export function mtControl(command: string, device: string): TapeControl {
  const [program = "", ...before] = parseArgsStringToArgv(command);
  const run = async (act: string, signal: AbortSignal): Promise<void> => {
    const options = { cancelSignal: signal, timeout: DRIVE_MS, reject: false, stdin: "ignore" } as const;
    // Loaded when it is needed, as commands without a tape start sooner without it.
    const { execa } = await import("execa");
    const ended = await execa(program, [...before, "-f", device, act], options);
    if (signal.aborted) throw abortError(signal);
    if (!ended.failed) return;
    const missing = ended.code === "ENOENT" || ended.code === "EACCES";
    const said = `${ended.stderr} ${ended.stdout}`.trim();
    const why = ended.timedOut
      ? "it did not end within 15 minutes"
      : said || `exit code ${ended.exitCode ?? "unknown"}`;
    throw new ResyncError(missing ? "PROGRAM_MISSING" : "IO", {
      message: missing ? `"${program}" cannot be started.` : `"${command} -f ${device} ${act}" failed: ${why}.`,
      hint: missing
        ? "Install mt (on Debian: mt-st), or name it with --mt."
        : "Look whether a tape is in the drive, and whether another program has it.",
      cause: ended.cause,
    });
  };
  return { status: (signal) => run("status", signal), rewind: (signal) => run("rewind", signal) };
}
