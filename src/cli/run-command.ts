import envPaths from "env-paths";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { loadConfigFile } from "../config/file.ts";
import type { OptionSpecs } from "../config/option.ts";
import { resolveOptions } from "../config/resolve.ts";
import {
  createRedactor,
  requestorSecret,
  secretProvider,
  type SecretProvider,
  type SecretSources,
} from "../config/secrets.ts";
import { settingsFrom, type Settings } from "../config/settings.ts";
import { asResyncError, type ExitCode } from "../errors.ts";
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
    const settings = await loadSettings(flags, commands);
    const values = settings.settle(command.name, { ...command.options, ...commonOptions });
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
      settings,
      secret: secretsFrom({ environment: process.env, ask: ask.secret, redactor }),
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

/** Nobody is asked twice for the same secret. */
function secretsFrom(sources: SecretSources): CliContext["secret"] {
  const known = new Map<string, SecretProvider>();
  return (name, question, requestor) => {
    const key = `${name}\n${question}`;
    const shared = known.get(key) ?? secretProvider(name, question, sources);
    known.set(key, shared);
    return requestor === undefined ? shared : requestorSecret(name, requestor, sources, shared);
  };
}

function commonValues(flags: Readonly<Record<string, unknown>>) {
  const sources = { flags, environment: process.env, profile: {}, config: {}, file: "" };
  const settled = resolveOptions(commonOptions, sources);
  return settled.ok
    ? settled.values
    : { json: false, quiet: false, verbose: false, plain: false, config: undefined, profile: undefined };
}

/** Reads the config file and joins it with the flags. Throws `CONFIG_INVALID`. */
async function loadSettings(flags: Readonly<Record<string, unknown>>, commands: readonly Command[]): Promise<Settings> {
  const known = {
    commands: Object.fromEntries(commands.map(({ name, options }) => [name, options])),
    perRequestor: Object.assign({}, ...commands.map(({ perRequestor }) => perRequestor)) as OptionSpecs,
  };
  const { config: given, profile } = commonValues(flags);
  const home = envPaths("resync", { suffix: "" }).config;
  const file = await loadConfigFile({ given, cwd: process.cwd(), home }, known);
  return settingsFrom(file, { flags, environment: process.env, profile });
}
