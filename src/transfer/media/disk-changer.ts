import type { Result } from "execa";
import { parseArgsStringToArgv } from "string-argv";
import { abortError, ResyncError } from "../../errors.ts";

/** A disk that is wanted. */
export interface WantedDisk {
  /** What to do now, in whole sentences for a person, without a question. */
  readonly text: string;
  /** The place that the disk goes into, as messages call it. */
  readonly place: string;
  /** The disks of which one is wanted: one number to write, all that are missing to read. */
  readonly numbers: readonly number[];
  /** How many disks there are in all. */
  readonly of: number;
}

/** Has another disk put in: a person who is asked, or a command that knows how. */
export interface DiskChanger {
  /** How often one disk may be asked for in vain. */
  readonly tries: number;
  /** Settles when another disk is in. Throws `INTERRUPTED` when the person does not want to go on, and what a failing command gives. */
  change(wanted: WantedDisk, signal: AbortSignal): Promise<void>;
}

/** Milliseconds that a command may take: it may call somebody who has to walk. */
const COMMAND_MS = 3_600_000;

/** Asks a person; `confirm` answers no when nobody wants to go on. */
export function personChanger(confirm: (question: string, signal: AbortSignal) => Promise<boolean>): DiskChanger {
  return {
    tries: Infinity,
    async change({ text }, signal) {
      if (await confirm(`${text} Is it in?`, signal)) return;
      if (signal.aborted) throw abortError(signal);
      throw new ResyncError("INTERRUPTED", { message: "Stopped, because no other disk was put in." });
    },
  };
}

/**
 * Runs a command each time; `{volume}` stands for the first number wanted, `{volumes}` for how many there are, `{place}` for the place.
 * No shell is between. Throws `PROGRAM_MISSING`, or `IO` when it ends with another exit code than 0.
 */
export function commandChanger(command: string): DiskChanger {
  return {
    tries: 3,
    async change({ place, numbers, of }, signal) {
      const words = { "{volume}": String(numbers[0] ?? 1), "{volumes}": String(of), "{place}": place };
      const [program = "", ...args] = parseArgsStringToArgv(command).map((word) =>
        word.replaceAll(/\{(?:volumes?|place)\}/gu, (name) => words[name as keyof typeof words]),
      );
      const options = { cancelSignal: signal, timeout: COMMAND_MS, reject: false } as const;
      // Loaded when it is needed: it is a tenth of what every command would load at its start.
      const { execa } = await import("execa");
      const ended = await execa(program, args, { ...options, stdin: "ignore", stdout: "ignore" });
      if (signal.aborted) throw abortError(signal);
      if (ended.failed) throw commandFailed([program, ...args].join(" "), ended);
    },
  };
}

function commandFailed(
  command: string,
  {
    code,
    exitCode,
    stderr,
    timedOut,
    cause,
  }: Pick<Result, "code" | "exitCode" | "timedOut" | "cause"> & { stderr: string },
): ResyncError {
  const missing = code === "ENOENT" || code === "EACCES";
  const said = stderr.trim() === "" ? "" : `: ${stderr.trim()}`;
  const why = timedOut ? "did not end within an hour" : `ended with exit code ${exitCode ?? "unknown"}`;
  return new ResyncError(missing ? "PROGRAM_MISSING" : "IO", {
    message: missing ? `"${command}" cannot be started.` : `"${command}", which should change the disk, ${why}${said}.`,
    hint: "Look at --next-volume; docs/media.md says what the command gets.",
    cause,
  });
}
