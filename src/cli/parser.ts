import yargs, { type Argv } from "yargs";
import { showDuration, type OptionSpec, type OptionSpecs } from "../config/option.ts";
import { ResyncError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { Command, Positional } from "./command.ts";
import { commonOptions } from "./common-options.ts";

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: "help"; readonly text: string }
  | {
      readonly kind: "command";
      readonly command: Command;
      /** Only what was really given, by flag name. */
      readonly flags: Readonly<Record<string, unknown>>;
      readonly positionals: Readonly<Record<string, string | undefined>>;
    };

/** The help's width in columns. */
const HELP_WIDTH = 80;

/** Reads a command line. Throws `USAGE` for anything no command knows. */
export async function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Promise<Parsed> {
  let chosen: { command: Command; given: Record<string, unknown> } | undefined;
  let output = "";
  const parser = yargs()
    .scriptName("resync")
    .usage("Usage: $0 <command> [options]")
    .version(VERSION)
    .help()
    .alias("help", "h")
    .wrap(HELP_WIDTH)
    .strict()
    .demandCommand(1, "Name a command.")
    .recommendCommands()
    .exitProcess(false)
    .parserConfiguration({ "camel-case-expansion": false, "strip-aliased": true, "parse-numbers": false })
    .fail((message: string | null, error: Error | undefined) => {
      throw error instanceof ResyncError ? error : usageError(message ?? error?.message ?? "");
    });
  for (const group of groups(commands)) {
    addGroup(parser, group, (command, given) => {
      chosen = { command, given };
    });
  }
  await parser.parseAsync([...argv], {}, (_error, _argv, text) => {
    output = text;
  });
  if (chosen === undefined) return { kind: "help", text: output };
  const { command, given } = chosen;
  const names = [...Object.keys(command.options), ...Object.keys(commonOptions)];
  const pick = (keys: readonly string[]) =>
    Object.fromEntries(keys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]));
  const places = command.positionals ?? [];
  const positionals = pick(places.filter(({ option }) => option === undefined).map(({ name }) => name));
  const flags = { ...pick(names), ...repeated(places, given) };
  return { kind: "command", command, flags, positionals: positionals as Record<string, string> };
}

/** Options that were said by position too: what was said either way, in this order. */
function repeated(positionals: readonly Positional[], given: Record<string, unknown>): Record<string, unknown> {
  const pairs = positionals.flatMap(({ name, option }) => {
    const listed = option === undefined ? [] : [given[option] ?? [], given[name] ?? []].flat();
    return option === undefined || listed.length === 0 ? [] : [[option, listed] as const];
  });
  return Object.fromEntries(pairs);
}

interface Group {
  readonly word: string;
  readonly members: readonly Command[];
}

function groups(commands: readonly Command[]): Group[] {
  const words = [...new Set(commands.map(({ name }) => firstWord(name)))];
  return words.map((word) => ({ word, members: commands.filter(({ name }) => firstWord(name) === word) }));
}

/** What the commands under one word do, in one line. */
const TOGETHER: Readonly<Record<string, string>> = {
  simulate: "Build a simulated DSS or postoffice in a folder, to try things on",
};

type Choose = (command: Command, given: Record<string, unknown>) => void;

function addGroup(parser: Argv, { word, members }: Group, choose: Choose): void {
  const [only] = members;
  if (only?.name === word) {
    addCommand(parser, only, word, choose);
    return;
  }
  const summary = TOGETHER[word] ?? members.map((member) => member.summary).join("; ");
  parser.command(word, summary, (sub) => {
    sub.usage(`Usage: resync ${word} <what> [options]`);
    for (const member of members) addCommand(sub, member, member.name.slice(word.length + 1), choose);
    return sub.demandCommand(1, `Name one of: ${members.map((member) => member.name).join(", ")}.`).strict();
  });
}

function addCommand(parser: Argv, command: Command, word: string, choose: Choose): void {
  const positionals = command.positionals ?? [];
  const shown = positionals.map(showPositional).join(" ");
  parser.command(
    `${word} ${shown}`.trim(),
    command.summary,
    (sub) => {
      sub.usage(`Usage: resync ${command.name} ${shown} [options]\n\n${command.summary}.`);
      for (const { name, describe } of positionals) sub.positional(name, { describe, type: "string" });
      addOptions(sub, command.options, "Options:");
      addOptions(sub, commonOptions, "Common options:");
      for (const [line, meaning] of command.examples) sub.example(line, meaning);
      return sub.group(["help", "version"], "Common options:").epilogue(exitStatus(command)).strict();
    },
    (given) => choose(command, given as Record<string, unknown>),
  );
}

function showPositional({ name, required, option }: Positional): string {
  if (option !== undefined) return `[${name}..]`;
  return required ? `<${name}>` : `[${name}]`;
}

function addOptions(parser: Argv, specs: OptionSpecs, group: string): void {
  for (const [name, spec] of Object.entries(specs)) {
    parser.option(name, {
      describe: describe(spec),
      group,
      alias: spec.alias,
      choices: spec.choices,
      ...(spec.kind === "switch" ? { type: "boolean" } : { type: "string", requiresArg: true }),
    });
  }
}

function describe(spec: OptionSpec): string {
  const { fallback } = spec;
  if (fallback === undefined || fallback === false) return spec.describe;
  if (fallback === true) return `${spec.describe} [on; --no-… turns it off]`;
  return `${spec.describe} [${shownFallback(fallback, spec.placeholder)}]`;
}

function shownFallback(fallback: unknown, placeholder: string | undefined): string {
  if (typeof fallback === "number" && placeholder === "TIME") return showDuration(fallback);
  if (typeof fallback === "number" && placeholder === "PERCENT") return `${fallback * 100}%`;
  return JSON.stringify(fallback).replaceAll('"', "");
}

function exitStatus(command: Command): string {
  const rows = [
    ...command.exitStatus.map(([code, meaning]) => [String(code), meaning] as const),
    ["130", "interrupted"],
  ];
  return `Exit status:\n${rows.map(([code, meaning]) => `  ${(code ?? "").padEnd(5)}${meaning}`).join("\n")}`;
}

function firstWord(name: string): string {
  return name.split(" ")[0] ?? name;
}

function usageError(message: string): ResyncError {
  return new ResyncError("USAGE", {
    message,
    state: "Nothing was started.",
    hint: "resync --help lists the commands; resync COMMAND --help explains one.",
  });
}
