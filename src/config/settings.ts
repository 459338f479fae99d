import { ResyncError } from "../errors.ts";
import type { ConfigFile } from "./file.ts";
import type { OptionSpecs, OptionValues } from "./option.ts";
import { findRequestor, unknownRequestor, type NamedRequestor } from "./requestors.ts";
import { resolveOptions } from "./resolve.ts";

/** Everything that flags, environment and config file say, for one run of the program. */
export interface Settings {
  /** The requestors that the config file names, in its order. */
  readonly requestors: readonly NamedRequestor[];
  /** The requestor of this name, in any case. Throws `USAGE` naming those there are. */
  requestor(name: string): NamedRequestor;
  /**
   * Settles `specs`, settings of `command`: flag > environment > the requestor's entry > profile > the command's part > default.
   * Throws `CONFIG_INVALID` with every problem.
   */
  settle<S extends OptionSpecs>(command: string, specs: S, requestor?: NamedRequestor): OptionValues<S>;
}

/** The settings of a run from its flags, the environment, the config file and the profile that was chosen in it. */
export function settingsFrom(
  file: ConfigFile,
  {
    flags,
    environment,
    profile,
  }: { flags: Readonly<Record<string, unknown>>; environment: NodeJS.ProcessEnv; profile: string | undefined },
): Settings {
  const requestors = file.requestors(profile);
  return {
    requestors,
    requestor(name) {
      const found = findRequestor(requestors, name);
      if (found === undefined) throw unknownRequestor(name, requestors, file.path);
      return found;
    },
    settle(command, specs, requestor) {
      const settled = resolveOptions(specs, {
        flags,
        environment,
        requestor,
        profile: profile === undefined ? {} : file.profilePart(profile, command),
        config: file.part(command),
        file: file.path,
      });
      if (settled.ok) return settled.values;
      throw new ResyncError("CONFIG_INVALID", {
        message: settled.problems.join("\n"),
        state: "Nothing was started.",
        hint: `resync ${command} --help explains the settings.`,
      });
    },
  };
}
