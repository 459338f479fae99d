import { resolve } from "node:path";
import type { SigningKey, TrustedKey } from "../transfer/signature/keys.ts";
import type { CliContext } from "./command.ts";

/** The key that `--sign-key` names, if any; warns when others on this machine can read it. Throws `USAGE` for a file that holds none. */
export async function signingKeyOf(file: string | undefined, cli: CliContext): Promise<SigningKey | undefined> {
  if (file === undefined) return undefined;
  const { loadSigningKey } = await import("../transfer/signature/key-files.ts");
  const path = resolve(cli.cwd, file);
  const key = await loadSigningKey(path);
  if (key.exposed) {
    cli.reporter.emit({
      type: "warning",
      text: `The private key ${path} can be read by others on this machine.`,
      hint: `chmod 600 ${path}. Whoever has it can sign lists in your name.`,
      facts: { file: path, key: key.id },
    });
  }
  return key;
}

/** The keys that `--trusted-key` names: files, or keys as `resync keygen` prints them. Throws `USAGE` for anything else. */
export async function trustedKeysOf(given: readonly string[] | undefined, cli: CliContext): Promise<TrustedKey[]> {
  if (given === undefined) return [];
  const { loadTrustedKey } = await import("../transfer/signature/key-files.ts");
  return Promise.all(given.map(async (one) => loadTrustedKey(one, cli.cwd)));
}
