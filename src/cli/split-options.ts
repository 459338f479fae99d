import { flag, type OptionValues } from "../config/option.ts";
import { ResyncError } from "../errors.ts";
import type { Split } from "../push/volume-target.ts";
import { volumeSizeSchema } from "../transfer/media/volume-size.ts";
import type { CliContext } from "./command.ts";
import { changerOf, changerOptions } from "./volume-options.ts";

/** Flags of a push that goes on several disks. */
export const splitOptions = {
  "volume-size": {
    kind: "text",
    schema: volumeSizeSchema,
    describe: "Split the list for disks of this size: 1440k, 720k, 95m",
    placeholder: "SIZE",
  },
  ...changerOptions,
  together: flag("With --volume-size: all parts into the one folder, to be copied"),
} as const;

/** How the list is to be split; `undefined` when it is not. Throws `USAGE` when nobody can change the disk. */
export function splitOf(values: OptionValues<typeof splitOptions>, cli: CliContext): Split | undefined {
  const usable = values["volume-size"];
  if (usable === undefined) return undefined;
  if (values.together) return { usable };
  const changer = changerOf(values, cli);
  if (changer !== undefined) return { usable, changer };
  throw new ResyncError("USAGE", {
    message: "Nobody sits at this terminal to put in the next disk.",
    state: "Nothing was started.",
    hint: "Give --next-volume COMMAND, or --together to have all parts in the one folder.",
  });
}
