import { commands } from "./cli/commands.ts";
import { parseCommandLine, type Parsed } from "./cli/parser.ts";
import { runCommand } from "./cli/run-command.ts";
import { asResyncError, type ExitCode } from "./errors.ts";
import { showError } from "./report/show-error.ts";
import { styleOf } from "./report/style.ts";

/** The whole program: a command line (without node and script) in, an exit code out. Never throws. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  // Who listened may have left (`| head`, a closed terminal): what is under way is finished or undone all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  let parsed: Parsed;
  try {
    parsed = await parseCommandLine(argv, commands);
  } catch (thrown) {
    const error = asResyncError(thrown);
    process.stderr.write(`${showError(error, styleOf(process.stderr, process.env), argv.includes("--verbose"))}\n`);
    return error.exitCode;
  }
  if (parsed.kind === "help") {
    process.stdout.write(`${parsed.text}\n`);
    return 0;
  }
  return runCommand(parsed, commands);
}
