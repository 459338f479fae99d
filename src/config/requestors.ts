import { ResyncError } from "../errors.ts";
import { text, type OptionSpecs } from "./option.ts";
import { configKey, resolveOptions, type Sources } from "./resolve.ts";

/** What a requestor's entry in the config file may hold beside settings of commands. */
export const requestorOptions = {
  rdn: text("The requestor's name (RDN) on the DSS, where it is not the entry's own", { placeholder: "NAME" }),
  alike: text("Mark that it shares with requestors that the DSS has configured alike (Q156063)", {
    placeholder: "MARK",
  }),
} as const;

/** A requestor that the config file names. */
export interface NamedRequestor {
  /** The entry's key: what a person calls it. */
  readonly name: string;
  /** What the DSS calls it. */
  readonly rdn: string;
  /** Requestors with the same mark are configured alike on the DSS, so that one list is right for all of them (Q156063). */
  readonly alike: string | undefined;
  /** Settings of commands for this requestor, by camelCase key, as they stand in the file. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/**
 * Reads the `requestors` part of a config file. `known` are the settings that an entry may hold; what is wrong is added to `problems`,
 * each beginning with `where`.
 */
export function readRequestors(
  part: Readonly<Record<string, unknown>>,
  where: string,
  known: OptionSpecs,
  problems: string[],
): NamedRequestor[] {
  const keys = new Set(Object.keys({ ...requestorOptions, ...known }).map(configKey));
  const read = Object.entries(part).flatMap(([name, given]) => {
    const at = `${where}.${name}`;
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      problems.push(`${at} must hold keys and values`);
      return [];
    }
    const entry = given as Record<string, unknown>;
    for (const key of Object.keys(entry)) {
      if (!keys.has(key)) problems.push(`${at}.${key}: a requestor has no such setting`);
    }
    const settled = resolveOptions(requestorOptions, sourcesOf({ name, entry }));
    if (!settled.ok) {
      problems.push(...settled.problems);
      return [];
    }
    const { rdn = name, alike } = settled.values;
    return [{ name, rdn, alike, entry }];
  });
  refuseTwice(read, where, problems);
  return read;
}

/** What a requestor is called stands in its entry alone. */
function sourcesOf(requestor: Pick<NamedRequestor, "name" | "entry">): Sources {
  return { flags: {}, environment: {}, requestor, profile: {}, config: {}, file: "the file" };
}

/** The requestor that is called `name`, in any case. */
export function findRequestor(requestors: readonly NamedRequestor[], name: string): NamedRequestor | undefined {
  return requestors.find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/** `USAGE` for a name that stands nowhere. */
export function unknownRequestor(name: string, requestors: readonly NamedRequestor[], file: string): ResyncError {
  const there = requestors.map((one) => one.name).join(", ");
  return new ResyncError("USAGE", {
    message: `There is no requestor ${name} in ${file === "" ? "a config file" : file}.`,
    state: "Nothing was started.",
    hint:
      there === ""
        ? "Say where its list goes with --to, or name it under requestors: in resync.config.yaml (docs/fleets.md)."
        : `Requestors there: ${there}. For another one say where its list goes with --to.`,
    facts: { requestor: name },
  });
}

/** Names are looked up in any case, and the DSS takes an RDN once. */
function refuseTwice(requestors: readonly NamedRequestor[], where: string, problems: string[]): void {
  for (const key of ["name", "rdn"] as const) {
    const seen = new Map<string, string>();
    for (const one of requestors) {
      const other = seen.get(one[key].toLowerCase());
      if (other !== undefined) problems.push(`${where}.${one.name}: ${where}.${other} has the same ${key}`);
      seen.set(one[key].toLowerCase(), one.name);
    }
  }
}
