import type { Command } from "./command.ts";
import { historyCommand } from "./history.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [historyCommand];
