import { ResyncError } from "../errors.ts";

/** A setting that has no default. Throws `USAGE` when nobody said it. */
export function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new ResyncError("USAGE", {
    message: `--${name} is missing.`,
    state: "Nothing was started.",
    hint: `Give --${name}, or set it in the config file or as RESYNC_${name.replaceAll("-", "_").toUpperCase()}.`,
  });
}
