import { text, type OptionValues } from "../config/option.ts";
import { commandChanger, personChanger, type DiskChanger } from "../transfer/media/disk-changer.ts";
import type { CliContext } from "./command.ts";

/** The flag of commands that may need another disk. */
export const changerOptions = {
  "next-volume": text("Command that has the next disk put in, instead of asking", { placeholder: "COMMAND" }),
} as const;

/** Who has other disks put in: the command, else the person at the terminal, else nobody. */
export function changerOf(values: OptionValues<typeof changerOptions>, cli: CliContext): DiskChanger | undefined {
  const command = values["next-volume"];
  if (command !== undefined) return commandChanger(command);
  if (!cli.interactive) return undefined;
  return personChanger((question, signal) => cli.confirm(question, { enter: true, signal }));
}
