import type { Command } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { historyCommand } from "./history.ts";
import { logCommand } from "./log.ts";
import { pushCommand } from "./push.ts";
import { simulateDssCommand } from "./simulate-dss.ts";
import { simulatePostofficeCommand } from "./simulate-postoffice.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  pushCommand,
  doctorCommand,
  logCommand,
  historyCommand,
  simulateDssCommand,
  simulatePostofficeCommand,
];
