import type { ResyncError } from "../../errors.ts";

/** The DOS programs an import runs. */
export type DosProgram = "IMPORT" | "REBUILD";

/** One argument of a DOS program; a secret one is shown as `-p***` and never journaled. */
export interface DosArgument {
  readonly text: string;
  readonly shown: string;
}

export interface DosCall {
  readonly program: DosProgram;
  readonly args: readonly DosArgument[];
}

export interface RunOptions {
  /** Ends the program, tree and all; `run` then settles with `kind: "killed"`. */
  signal: AbortSignal;
  /**
   * Called once when the program has started, with the id of the process that holds it and, on POSIX, of its group: the journal keeps it,
   * so that after a crash of ours the program that was left running can be ended.
   */
  onStart?: (pid: number) => void;
  /** Called with each piece of screen text as it comes, for the watchdog and `--verbose`. Only with `capabilities.screen`. */
  onScreen?: (text: string) => void;
}

/** How a DOS program ended. Its exit code means nothing (Q112204): it is kept for the record only. */
export type ProgramEnd =
  | {
      readonly kind: "ended";
      readonly exitCode: number | undefined;
      readonly screen: string;
      readonly durationMs: number;
    }
  | { readonly kind: "killed"; readonly reason: ResyncError; readonly screen: string; readonly durationMs: number };

/**
 * Something that can run IMPORT and REBUILD against one postoffice, the drive's current directory at the postoffice's root
 * (Q95939). When `run` settles, the program and all its children are gone: nothing writes to the postoffice any more.
 */
export interface ImportRunner {
  /** For people: `dosbox`, `command node import.mjs`. */
  readonly label: string;
  readonly capabilities: {
    /** Screen text is captured; without it "Bad ID or Password" (Q148771) cannot be seen. */
    readonly screen: boolean;
  };
  /** The literal command lines as they would be run, secrets as `***`; for `--dry-run` and the journal. */
  describe(call: DosCall): string[];
  /** Throws `PROGRAM_MISSING` when `call` cannot be started here, `PREFLIGHT_REFUSED` when its arguments cannot be passed on. Changes nothing. */
  check(call: DosCall): Promise<void>;
  /** Runs the program to its end. Throws `PROGRAM_MISSING` when it did not start: the postoffice is untouched then. */
  run(call: DosCall, options: RunOptions): Promise<ProgramEnd>;
}

/** A plain argument. */
export function plain(text: string): DosArgument {
  return { text, shown: text };
}

/** An argument with a secret glued to its switch: `secretArgument("-p", password)`. */
export function secretArgument(flag: string, secret: string): DosArgument {
  return { text: `${flag}${secret}`, shown: `${flag}***` };
}
