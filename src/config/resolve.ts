import type { OptionSpec, OptionSpecs, OptionValues } from "./option.ts";

/** Where a value came from, for messages and `resync config`. */
export type Origin =
  | { readonly from: "flag"; readonly name: string }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "requestor" | "profile" | "config"; readonly name: string; readonly file: string }
  | { readonly from: "default" };

/** The places where settings stand, strongest first. */
export interface Sources {
  /** By flag name; only what was really given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: NodeJS.ProcessEnv;
  /** A requestor's entry in the config file, by camelCase key. */
  readonly requestor?: { readonly name: string; readonly entry: Readonly<Record<string, unknown>> } | undefined;
  /** The command's part of the chosen profile and of the config file, by camelCase key. */
  readonly profile: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** The config file's path, for messages. */
  readonly file: string;
}

/** What was found: all values with their origin, or all problems at once. */
export type Resolved<S extends OptionSpecs> =
  | { readonly ok: true; readonly values: OptionValues<S>; readonly origins: Readonly<Record<string, Origin>> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Settles every setting of `specs`: flag > environment > requestor > profile > config > default. Never throws; problems name the origin. */
export function resolveOptions<S extends OptionSpecs>(specs: S, sources: Sources): Resolved<S> {
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const problems: string[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const { given, origin } = find(name, sources);
    origins[name] = origin;
    if (origin.from === "default") {
      values[name] = spec.fallback;
      continue;
    }
    const parsed = parse(spec, given);
    if (parsed.ok) values[name] = parsed.value;
    else problems.push(`${showOrigin(origin)}: ${parsed.problem}`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, values: values as OptionValues<S>, origins };
}

/** `--to`, `RESYNC_TO`, `push.to in resync.config.yaml`. */
export function showOrigin(origin: Origin): string {
  switch (origin.from) {
    case "flag":
      return `--${origin.name}`;
    case "environment":
      return origin.name;
    case "requestor":
    case "profile":
    case "config":
      return `${origin.name} in ${origin.file}`;
    case "default":
      return "default";
  }
}

/** `state-timeout` → `RESYNC_STATE_TIMEOUT`. */
export function environmentName(name: string): string {
  return `RESYNC_${name.replaceAll("-", "_").toUpperCase()}`;
}

/** `state-timeout` → `stateTimeout`. */
export function configKey(name: string): string {
  return name.replaceAll(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

function find(name: string, sources: Sources): { given: unknown; origin: Origin } {
  const fromFlag = sources.flags[name];
  if (fromFlag !== undefined) return { given: fromFlag, origin: { from: "flag", name } };
  const variable = environmentName(name);
  const fromEnvironment = sources.environment[variable];
  if (fromEnvironment !== undefined) return { given: fromEnvironment, origin: { from: "environment", name: variable } };
  const key = configKey(name);
  const { requestor, file } = sources;
  if (requestor?.entry[key] !== undefined) {
    const origin = { from: "requestor", name: `requestors.${requestor.name}.${key}`, file } as const;
    return { given: requestor.entry[key], origin };
  }
  for (const from of ["profile", "config"] as const) {
    if (sources[from][key] !== undefined) return { given: sources[from][key], origin: { from, name: key, file } };
  }
  return { given: undefined, origin: { from: "default" } };
}

function parse(spec: OptionSpec, given: unknown): { ok: true; value: unknown } | { ok: false; problem: string } {
  const parsed = spec.schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const shown = typeof given === "string" ? `"${given}"` : JSON.stringify(given);
  if (spec.choices) return { ok: false, problem: `${shown} is none of ${spec.choices.join(", ")}` };
  return { ok: false, problem: `${shown} ${parsed.error.issues.map((issue) => issue.message).join("; ")}` };
}
