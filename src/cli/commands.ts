import type { Command } from "./command.ts";
import { historyCommand } from "./history.ts";
import { simulateDssCommand } from "./simulate-dss.ts";
import { simulatePostofficeCommand } from "./simulate-postoffice.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [historyCommand, simulateDssCommand, simulatePostofficeCommand];
