import { parseArgsStringToArgv } from "string-argv";
import { ResyncError } from "../errors.ts";
import { environmentName } from "./resolve.ts";
import { readTextFile } from "./text-file.ts";

/** The secrets a run may need; each has its own variables (docs/config.md). */
export type SecretName = "ssh-password" | "ssh-passphrase" | "smb-password" | "dss-password" | "admin-password";

/** Gives a secret when it is needed, once per run; `undefined` when there is none. */
export type SecretProvider = () => Promise<string | undefined>;

/** Asks a person on the terminal without echo; `undefined` when nobody can be asked. */
export type AskSecret = (question: string) => Promise<string | undefined>;

/** Texts that must never be shown. Reporters pass everything they print through `redact`. */
export interface Redactor {
  add(secret: string): void;
  redact(text: string): string;
}

/** A redactor that shows `***` for every secret that has been used in this process, of 3 characters or more. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    add: (secret) => void (secret.length >= 3 && secrets.add(secret)),
    redact(text) {
      let shown = text;
      for (const secret of secrets) shown = shown.replaceAll(secret, "***");
      return shown;
    },
  };
}

/** What secrets are had from. */
export interface SecretSources {
  readonly environment: NodeJS.ProcessEnv;
  readonly ask: AskSecret;
  readonly redactor: Redactor;
}

/**
 * Where a secret comes from: `RESYNC_<NAME>`, else the first line of the file named by `RESYNC_<NAME>_FILE`, else the first line
 * printed by the command in `RESYNC_<NAME>_COMMAND`, else the terminal. Never the command line, which every user of a machine can
 * read. Throws `SECRET_MISSING` when a file or command that was named does not give one.
 */
export function secretProvider(name: SecretName, question: string, from: SecretSources): SecretProvider {
  let known: Promise<string | undefined> | undefined;
  return () => (known ??= find());

  async function find(): Promise<string | undefined> {
    const secret = (await fromEnvironment(environmentName(name), from.environment)) ?? (await from.ask(question));
    if (secret !== undefined) from.redactor.add(secret);
    return secret;
  }
}

/** The same where a requestor has one of its own (`RESYNC_<REQUESTOR>_<NAME>`, `…_FILE`, `…_COMMAND`), else the one that all share. */
export function requestorSecret(
  name: SecretName,
  requestor: string,
  { environment, redactor }: SecretSources,
  shared: SecretProvider,
): SecretProvider {
  return async () => {
    const own = await fromEnvironment(requestorVariable(requestor, name), environment);
    if (own !== undefined) redactor.add(own);
    return own ?? shared();
  };
}

/** `Büro Süd`, `smb-password` → `RESYNC_B_RO_S_D_SMB_PASSWORD`. */
function requestorVariable(requestor: string, name: SecretName): string {
  return environmentName(`${requestor.replaceAll(/[^a-z0-9]/giu, "_")}-${name}`);
}

async function fromEnvironment(variable: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const direct = environment[variable];
  if (direct !== undefined) return direct;
  const file = environment[`${variable}_FILE`];
  if (file !== undefined) return firstLine(variable, `the file ${file}`, () => readTextFile(file));
  const command = environment[`${variable}_COMMAND`];
  if (command === undefined) return undefined;
  return firstLine(variable, "the command", async () => {
    const { execa } = await import("execa");
    const [program = "", ...args] = parseArgsStringToArgv(command);
    const { stdout } = await execa(program, args, { timeout: 60_000, stdin: "ignore" });
    return stdout;
  });
}

async function firstLine(variable: string, source: string, read: () => Promise<string>): Promise<string> {
  try {
    const line = (await read()).split(/\r?\n/u)[0] ?? "";
    if (line !== "") return line;
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "it failed";
    throw new ResyncError("SECRET_MISSING", {
      message: `The secret for ${variable} could not be had: ${source} gave none (${why}).`,
      state: "Nothing was started.",
      hint: `Check ${variable}_FILE or ${variable}_COMMAND.`,
    });
  }
  throw new ResyncError("SECRET_MISSING", {
    message: `The secret for ${variable} is empty: ${source} gave an empty first line.`,
  });
}
