import { resolve } from "node:path";
import { text, type OptionValues } from "../config/option.ts";
import { parseTapeAddress } from "../transfer/tape/tape-address.ts";
import type { Tape } from "../transfer/tape/tape.ts";
import type { CliContext } from "./command.ts";

/** The flag of commands that write or read tapes. */
export const tapeOptions = {
  mt: text("The mt program that moves a tape [mt, for drives]", { placeholder: "COMMAND" }),
} as const;

/** The tape that a PLACE names; `undefined` for a place of another kind. Throws `USAGE` for one that is wrong. */
export function tapeOf(place: string, { mt }: OptionValues<typeof tapeOptions>, cli: CliContext): Tape | undefined {
  const address = parseTapeAddress(place);
  return address && { ...address, device: resolve(cli.cwd, address.device), mt, clock: cli.clock };
}
