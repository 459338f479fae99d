import { choiceOr, flag, type OptionValues } from "../config/option.ts";
import type { OpenOptions } from "../transfer/places/open.ts";
import type { CliContext } from "./command.ts";
import { sshOptions, sshOptionsOf } from "./ssh-options.ts";

/** Flags of every command that may reach a place behind a network. */
export const placeOptions = {
  ...sshOptions,
  "smb-signing": choiceOr("Signatures on smb:// places", ["required", "when-demanded"], "required"),
  "smb-encryption": choiceOr("Encryption on smb:// places", ["required", "when-demanded"], "when-demanded"),
  ntlmv1: flag("smb1:// only: NTLM instead of NTLMv2, for NT 4 before SP4 (weak)"),
} as const;

/** The flags as `openPlace` takes them, secrets from where docs/config.md says. */
export function placeOptionsOf(
  values: OptionValues<typeof placeOptions>,
  cli: CliContext,
): Pick<OpenOptions, "ssh" | "smb"> {
  return {
    ssh: sshOptionsOf(values, cli),
    smb: {
      secret: cli.secret("smb-password", "Password for the SMB server"),
      signing: values["smb-signing"],
      encryption: values["smb-encryption"],
      connectTimeoutMs: values["connect-timeout"],
      requestTimeoutMs: values["stall-timeout"],
      ntlmv1: values.ntlmv1,
    },
  };
}
