import { resolve } from "node:path";
import { parseArgsStringToArgv } from "string-argv";
import { choice, duration, text, type OptionValues } from "../config/option.ts";
import { ResyncError } from "../errors.ts";
import type { ImportRunner } from "../import/runner/import-runner.ts";
import type { CliContext } from "./command.ts";

/** Flags of the commands that run IMPORT and REBUILD. */
export const runnerOptions = {
  runner: choice("How to run IMPORT [native on Windows, else dosbox]", ["native", "dosbox", "command"]),
  "runner-command": text("The command for --runner command; {program} {arguments} {postoffice}", {
    placeholder: "COMMAND",
  }),
  programs: text("Folder with IMPORT.EXE and REBUILD.EXE [MAILEXE beside the postoffice]", { placeholder: "DIR" }),
  dosbox: text("The DOSBox program [dosbox on the PATH]", { placeholder: "FILE" }),
  drive: text("Drive letter of the postoffice for IMPORT [M]", { placeholder: "LETTER" }),
  "idle-timeout": duration("How long IMPORT may show no sign of life", 1_200_000),
  "import-timeout": duration("How long IMPORT may run in all", 28_800_000),
} as const;

/** The runner that the flags ask for. Throws `USAGE` or `CONFIG_INVALID` for flags that do not fit together. */
export async function runnerOf(
  values: OptionValues<typeof runnerOptions>,
  postoffice: string,
  cli: CliContext,
): Promise<ImportRunner> {
  const kind = values.runner ?? defaultRunner(values["runner-command"]);
  const driveLetter = driveOf(values.drive);
  const programs = resolve(cli.cwd, values.programs ?? `${postoffice}/../MAILEXE`);
  switch (kind) {
    case "command": {
      const { commandRunner } = await import("../import/runner/command.ts");
      return commandRunner({ command: templateOf(values["runner-command"]), postoffice });
    }
    case "dosbox": {
      const { dosboxRunner } = await import("../import/runner/dosbox.ts");
      const options = { postoffice, programs, driveLetter, reporter: cli.reporter };
      return dosboxRunner({ ...options, ...(values.dosbox && { dosbox: values.dosbox }) });
    }
    case "native": {
      const { nativeRunner } = await import("../import/runner/native.ts");
      return nativeRunner({ postoffice, programs, driveLetter, reporter: cli.reporter });
    }
  }
}

/** The drive letter, upper case. Throws `USAGE` for anything but one letter. */
export function driveOf(given: string | undefined): string {
  const letter = (given ?? "M").replace(/:$/u, "").toUpperCase();
  if (/^[A-Z]$/u.test(letter)) return letter;
  throw new ResyncError("USAGE", { message: `--drive: "${given}" is no drive letter.`, state: "Nothing was started." });
}

function defaultRunner(command: string | undefined): "native" | "dosbox" | "command" {
  if (command !== undefined) return "command";
  return process.platform === "win32" ? "native" : "dosbox";
}

function templateOf(command: string | undefined): string[] {
  if (command !== undefined) return parseArgsStringToArgv(command);
  throw new ResyncError("USAGE", {
    message: "--runner command needs --runner-command.",
    state: "Nothing was started.",
    hint: 'For example: --runner-command "ssh oldpc import.bat {program} {arguments}"; see docs/runners.md.',
  });
}
