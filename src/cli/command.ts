import type { Clock } from "../clock.ts";
import type { SecretName, SecretProvider } from "../config/secrets.ts";
import type { OptionSpecs, OptionValues } from "../config/option.ts";
import type { Settings } from "../config/settings.ts";
import type { ExitCode } from "../errors.ts";
import type { Reporter } from "../report/reporter.ts";
import type { ConfirmOptions } from "./ask.ts";

/** A positional argument of a command. */
export interface Positional {
  readonly name: string;
  readonly describe: string;
  readonly required: boolean;
  /** The option that it says in another way; then there may be several of it. */
  readonly option?: string;
}

/** How a command ended: for the shell, for `--json`, and for a person. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** One word, stable: `delivered`, `unchanged`, `succeeded`. */
  readonly outcome: string;
  /** The result's facts for `--json`. */
  readonly data: unknown;
  /** What a person reads on stdout at the end; not printed with `--json`. */
  readonly text?: string;
}

/** The world as a command sees it; tests give their own. */
export interface CliContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where runs, journals, locks and snapshots are kept. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Width of the output in columns, and whether colours are wanted: for tables in `text`. */
  readonly style: { readonly width: number; readonly colour: boolean };
  readonly json: boolean;
  /** True when a person sits at the terminal and can be asked. */
  readonly interactive: boolean;
  /** Everything that flags, environment and config file say; a command's own settings are settled already. */
  readonly settings: Settings;
  /** A secret that is asked for once; with `requestor`, that one's own where it has one. */
  secret(name: SecretName, question: string, requestor?: string): SecretProvider;
  /** Asks yes or no; `false` at once when nobody can be asked. */
  confirm(question: string, options?: ConfirmOptions): Promise<boolean>;
  /** Writes data to stdout as it comes, for commands whose result is long. Not used with `--json`. */
  write(text: string): void;
}

/** A command: what it is called, what it takes, and what it does. One file a command; the doing stands in the rooms it calls. */
export interface Command<S extends OptionSpecs = OptionSpecs> {
  /** `push`, or two words for a group: `simulate dss`. */
  readonly name: string;
  readonly summary: string;
  readonly positionals?: readonly Positional[];
  readonly options: S;
  /** Those of the options that may stand in a requestor's entry in the config file. */
  readonly perRequestor?: OptionSpecs;
  /** Exit codes that this command can end in, beside 1, 2, 130 and 143. */
  readonly exitStatus: readonly (readonly [ExitCode, string])[];
  readonly examples: readonly (readonly [string, string])[];
  run(
    values: OptionValues<S>,
    positionals: Readonly<Record<string, string | undefined>>,
    cli: CliContext,
  ): Promise<CommandResult>;
}

/** Checks a command against its own options and widens it, so that it can stand in a list with others. */
export function defineCommand<const S extends OptionSpecs>(command: Command<S>): Command {
  return command;
}
