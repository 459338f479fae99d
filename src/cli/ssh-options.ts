import { duration, flag, texts, type OptionValues } from "../config/option.ts";
import type { SshOptions } from "../transfer/ssh/options.ts";
import type { CliContext } from "./command.ts";

/** Flags of every command that may reach an `sftp://` place. */
export const sshOptions = {
  "ssh-key": texts("Private key file to try; repeatable [~/.ssh/id_*]", { placeholder: "FILE" }),
  "known-hosts": texts("Files of host keys to trust, instead of the usual ones", { placeholder: "FILE" }),
  "legacy-algorithms": flag("Also offer the weak algorithms that old SSH servers need"),
  "connect-timeout": duration("How long a connection and a login may take", 20_000),
  "stall-timeout": duration("How long a server may be silent before an act is given up", 30_000),
} as const;

/** The flags as the SSH client takes them, secrets from where docs/config.md says. */
export function sshOptionsOf(values: OptionValues<typeof sshOptions>, cli: CliContext): SshOptions {
  return {
    password: cli.secret("ssh-password", "Password for the SSH server"),
    passphrase: async (keyFile) => cli.secret("ssh-passphrase", `Passphrase of ${keyFile}`)(),
    legacyAlgorithms: values["legacy-algorithms"],
    connectMs: values["connect-timeout"],
    stallMs: values["stall-timeout"],
    ...(values["ssh-key"] && { keyFiles: values["ssh-key"] }),
    ...(values["known-hosts"] && { knownHostsFiles: values["known-hosts"] }),
  };
}
