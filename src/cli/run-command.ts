import envPaths from "env-paths";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { loadConfigFile } from "../config/file.ts";
import type { OptionSpecs } from "../config/option.ts";
import { resolveOptions } from "../config/resolve.ts";
import { createRedactor, secretProvider } from "../config/secrets.ts";
import { asResyncError, ResyncError, type ExitCode } from "../errors.ts";
import { createAsk } from "./ask.ts";
import type { CliContext, Command } from "./command.ts";
import { commonOptions } from "./common-options.ts";
import { createOutput } from "./output.ts";
import { abortOnSignals } from "./signals.ts";

/** A parsed command line, ready to run. */
export interface Invocation {
  readonly command: Command;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly positionals: Readonly<Record<string, string | undefined>>;
}

/** Settles the command's options, runs it and tells how it ended. Returns the exit code; never throws. */
export async function runCommand(
  { command, flags, positionals }: Invocation,
  commands: readonly Command[],
): Promise<ExitCode> {
  const redactor = createRedactor();
  const clock = systemClock;
  const common = commonValues(flags);
  const output = createOutput(common, clock, redactor);
  const { signal, release } = abortOnSignals(() =>
    output.reporter.emit({ type: "note", text: "Still putting things back; please wait.", facts: {} }),
  );
  const ask = createAsk(common.json);
  try {
    const values = await settle(command, flags, commands);
    const cli: CliContext = {
      environment: process.env,
      cwd: process.cwd(),
      stateDir: process.env["RESYNC_STATE_DIR"] ?? join(envPaths("resync", { suffix: "" }).data, "state"),
      clock,
      reporter: output.reporter,
      signal,
      style: output.style,
      json: common.json,
      interactive: ask.interactive,
      secret: (name, question) =>
        secretProvider(name, question, { environment: process.env, ask: ask.secret, redactor }),
      confirm: ask.confirm,
      write: output.write,
    };
    const result = await command.run(values, positionals, cli);
    output.result(command.name, result);
    return result.exitCode;
  } catch (thrown) {
    const error = asResyncError(thrown);
    output.error(command.name, error);
    return error.exitCode;
  } finally {
    release();
    output.close();
  }
}

function commonValues(flags: Readonly<Record<string, unknown>>) {
  const sources = { flags, environment: process.env, profile: {}, config: {}, file: "" };
  const settled = resolveOptions(commonOptions, sources);
  return settled.ok
    ? settled.values
    : { json: false, quiet: false, verbose: false, plain: false, config: undefined, profile: undefined };
}

async function settle(command: Command, flags: Readonly<Record<string, unknown>>, commands: readonly Command[]) {
  const known: Record<string, OptionSpecs> = Object.fromEntries(commands.map(({ name, options }) => [name, options]));
  const { config: given, profile } = commonValues(flags);
  const file = await loadConfigFile(
    { given, cwd: process.cwd(), home: envPaths("resync", { suffix: "" }).config },
    known,
  );
  const settled = resolveOptions(
    { ...command.options, ...commonOptions },
    {
      flags,
      environment: process.env,
      profile: profile === undefined ? {} : file.profilePart(profile, command.name),
      config: file.part(command.name),
      file: file.path,
    },
  );
  if (settled.ok) return settled.values as never;
  throw new ResyncError("CONFIG_INVALID", {
    message: settled.problems.join("\n"),
    state: "Nothing was started.",
    hint: `resync ${command.name} --help explains the settings.`,
  });
}
