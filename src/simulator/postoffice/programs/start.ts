import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../clock.ts";
import { postofficeFiles } from "../files.ts";
import { SIMULATED_LAYOUTS } from "../../layouts.ts";
import { readSimulation } from "../simulation.ts";
import type { ProgramCall } from "./call.ts";
import { runImport } from "./import.ts";
import { runRebuild } from "./rebuild.ts";

/**
 * Runs a stand-in as this process: arguments, current directory, keyboard and screen are the process's. Ctrl+C is echoed and
 * ignored (Q93569). Ends with the exit code that simulation.json gives.
 */
export async function startProgram(program: "IMPORT" | "REBUILD", simulationUrl: URL): Promise<void> {
  const simulation = readSimulation(fileURLToPath(simulationUrl));
  const argv = process.argv.slice(2);
  const redirectable = argv.some((argument) => argument.toLowerCase() === "-n") || !simulation.directVideo;
  const screen = (text: string): void => {
    if (redirectable || process.stdout.isTTY) process.stdout.write(text);
  };
  process.on("SIGINT", () => screen("^C"));
  const call: ProgramCall = {
    argv,
    files: postofficeFiles(process.cwd(), { queueLayout: SIMULATED_LAYOUTS[simulation.layout] }),
    simulation,
    clock: simulation.now === undefined ? systemClock : { ...systemClock, now: standing(simulation.now) },
    screen,
    ask: (question) => askAtKeyboard(question, screen),
  };
  await (program === "IMPORT" ? runImport(call) : runRebuild(call));
  process.exitCode = simulation.exitCode;
}

function standing(local: string): () => Date {
  const date = new Date(local);
  return () => date;
}

async function askAtKeyboard(question: string, screen: (text: string) => void): Promise<string | undefined> {
  screen(question);
  const keyboard = createInterface({ input: process.stdin });
  try {
    for await (const line of keyboard) return line;
    return undefined;
  } finally {
    keyboard.close();
    process.stdin.destroy();
  }
}
