import { lilconfig, type Loaders } from "lilconfig";
import { ResyncError } from "../errors.ts";
import { configKey } from "./resolve.ts";
import type { OptionSpecs } from "./option.ts";
import { readRequestors, type NamedRequestor } from "./requestors.ts";

/** A config file's content: a part for each command, requestors by name, and profiles that hold such parts again. */
export interface ConfigFile {
  /** Empty when there is no file. */
  readonly path: string;
  part(command: string): Readonly<Record<string, unknown>>;
  profilePart(profile: string, command: string): Readonly<Record<string, unknown>>;
  /** The requestors of the profile where it has its own, else those of the file; in the file's order. */
  requestors(profile?: string): readonly NamedRequestor[];
}

/** Stands for a config file where there is none. */
export const noConfigFile: ConfigFile = {
  path: "",
  part: () => ({}),
  profilePart: () => ({}),
  requestors: () => [],
};

/** What a config file may hold. */
export interface KnownSettings {
  readonly commands: Readonly<Record<string, OptionSpecs>>;
  /** The settings that may stand in a requestor's entry. */
  readonly perRequestor: OptionSpecs;
}

const NAMES = ["resync.config.json", "resync.config.yaml", "resync.config.yml"];
const loaders: Loaders = { ".json": loadJson, ".yaml": loadYaml, ".yml": loadYaml };

/**
 * Finds the config file (`given`, else upwards from `cwd`, else in the user's configuration folder) and checks that it holds nothing
 * that no command knows. Throws `CONFIG_INVALID` with every problem at once.
 */
export async function loadConfigFile(
  options: { given: string | undefined; cwd: string; home: string },
  { commands, perRequestor }: KnownSettings,
): Promise<ConfigFile> {
  const found = await findFile(options);
  if (found === undefined) return noConfigFile;
  const problems: string[] = [];
  const root = asObject(found.config, "the file", problems);
  const profiles = asObject(root["profiles"] ?? {}, "profiles", problems);
  checkParts(root, "", commands, problems, ["profiles", "profile", "requestors", "$schema"]);
  const requestorsOf = (parts: Readonly<Record<string, unknown>>, prefix: string) =>
    readRequestors(
      asObject(parts["requestors"] ?? {}, `${prefix}requestors`, problems),
      `${prefix}requestors`,
      perRequestor,
      problems,
    );
  const requestors = requestorsOf(root, "");
  const ofProfiles = new Map<string, readonly NamedRequestor[]>();
  for (const [name, profile] of Object.entries(profiles)) {
    const parts = asObject(profile, `profiles.${name}`, problems);
    checkParts(parts, `profiles.${name}.`, commands, problems, ["requestors"]);
    if ("requestors" in parts) ofProfiles.set(name, requestorsOf(parts, `profiles.${name}.`));
  }
  if (problems.length > 0) {
    throw new ResyncError("CONFIG_INVALID", {
      message: `${found.filepath} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
      state: "Nothing was started.",
      hint: "Every key is a command's long flag in camelCase; see docs/config.md.",
    });
  }
  return {
    path: found.filepath,
    part: (command) => partOf(root, command),
    profilePart: (profile, command) => {
      if (!(profile in profiles)) {
        throw new ResyncError("CONFIG_INVALID", {
          message: `There is no profile "${profile}" in ${found.filepath}.`,
          hint: `Profiles there: ${Object.keys(profiles).join(", ") || "none"}.`,
        });
      }
      return partOf(profiles[profile] as Record<string, unknown>, command);
    },
    requestors: (profile) => ofProfiles.get(profile ?? "") ?? requestors,
  };
}

async function findFile(options: { given: string | undefined; cwd: string; home: string }) {
  const search = lilconfig("resync", { searchPlaces: NAMES, loaders });
  try {
    if (options.given !== undefined) return (await search.load(options.given)) ?? undefined;
    return (await search.search(options.cwd)) ?? (await search.search(options.home)) ?? undefined;
  } catch (error) {
    throw new ResyncError("CONFIG_INVALID", {
      message: `The config file ${options.given ?? ""} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      state: "Nothing was started.",
      cause: error,
    });
  }
}

function checkParts(
  parts: Readonly<Record<string, unknown>>,
  prefix: string,
  commands: Readonly<Record<string, OptionSpecs>>,
  problems: string[],
  also: readonly string[],
): void {
  for (const [name, part] of Object.entries(parts)) {
    if (also.includes(name)) continue;
    const specs = commands[name];
    if (specs === undefined) {
      problems.push(`${prefix}${name}: no such command; known are ${Object.keys(commands).join(", ")}`);
      continue;
    }
    const keys = new Set(Object.keys(specs).map(configKey));
    for (const key of Object.keys(asObject(part, `${prefix}${name}`, problems))) {
      if (!keys.has(key)) problems.push(`${prefix}${name}.${key}: resync ${name} has no such setting`);
    }
  }
}

function partOf(parts: Readonly<Record<string, unknown>>, command: string): Readonly<Record<string, unknown>> {
  return (parts[command] ?? {}) as Record<string, unknown>;
}

function asObject(value: unknown, where: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  problems.push(`${where} must hold keys and values`);
  return {};
}

/** Without the byte order mark that Notepad may put in front. */
function loadJson(_path: string, content: string): unknown {
  return JSON.parse(content.replace(/^\ufeff/u, ""));
}

async function loadYaml(_path: string, content: string): Promise<unknown> {
  const { parse } = await import("yaml");
  return parse(content);
}
