import { flag, text } from "../config/option.ts";

/** Flags that every command takes. */
export const commonOptions = {
  json: flag("Events and result as NDJSON on stdout"),
  quiet: flag("Only warnings, failures and the result", { alias: "q" }),
  verbose: flag("Tell more; show the causes of errors", { alias: "v" }),
  plain: flag("Plain lines: no moving line, no colours"),
  config: text("Config file to use", { placeholder: "FILE" }),
  profile: text("Profile in the config file to use", { placeholder: "NAME" }),
} as const;
