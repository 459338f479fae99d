import type { Command } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { historyCommand } from "./history.ts";
import { importCommand } from "./import.ts";
import { inspectCommand } from "./inspect.ts";
import { keygenCommand } from "./keygen.ts";
import { logCommand } from "./log.ts";
import { pushCommand } from "./push.ts";
import { recoverCommand } from "./recover.ts";
import { rollbackCommand } from "./rollback.ts";
import { simulateDssCommand } from "./simulate-dss.ts";
import { simulatePostofficeCommand } from "./simulate-postoffice.ts";
import { trustCommand } from "./trust.ts";
import { unlockCommand } from "./unlock.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  pushCommand,
  importCommand,
  inspectCommand,
  diffCommand,
  doctorCommand,
  logCommand,
  historyCommand,
  recoverCommand,
  rollbackCommand,
  unlockCommand,
  trustCommand,
  keygenCommand,
  simulateDssCommand,
  simulatePostofficeCommand,
  demoCommand,
];
