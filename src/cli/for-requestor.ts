import type { NamedRequestor } from "../config/requestors.ts";
import { reporterFor } from "../report/reporter.ts";
import type { CliContext } from "./command.ts";

/** The world with the secrets of one requestor, where it has some of its own. */
export function withSecretsOf({ name }: NamedRequestor, cli: CliContext): CliContext {
  return { ...cli, secret: (secret, question) => cli.secret(secret, question, name) };
}

/** The world as seen for one of several requestors: its own voice and secrets, and nobody to ask in the middle of the others. */
export function forRequestor(one: NamedRequestor, cli: CliContext): CliContext {
  return {
    ...withSecretsOf(one, cli),
    reporter: reporterFor(one.name, cli.reporter),
    interactive: false,
    confirm: async () => false,
  };
}
