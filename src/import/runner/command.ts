import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import iconv from "iconv-lite";
import { abortError, ResyncError } from "../../errors.ts";
import type { DosCall, ImportRunner, ProgramEnd, RunOptions } from "./import-runner.ts";
import { endGroup } from "./process-group.ts";
import { runTree } from "./process-tree.ts";
import { screenText } from "./screen-text.ts";

export interface CommandOptions {
  /**
   * Program and arguments, without a shell. `{program}` becomes `import` or `rebuild`, `{PROGRAM}` the same in capitals, `{postoffice}`
   * the postoffice's root; an element that is just `{arguments}` becomes the program's arguments, one element each; without one they follow
   * at the end. A relative program with a slash is taken from the folder resync was started in.
   */
  command: readonly string[];
  /** The postoffice's root: the program's current directory. */
  postoffice: string;
}

/**
 * Runs any command as IMPORT and REBUILD: 86Box, dosemu2, ssh, a script. What it writes to stdout and stderr is the screen (code page 850).
 * Throws `CONFIG_INVALID` for a command that is empty or hides `{arguments}` inside a longer text, where nobody can quote them.
 */
export function commandRunner({ command, postoffice }: CommandOptions): ImportRunner {
  const root = resolve(postoffice);
  const [program = ""] = command;
  checkTemplate(command);

  const fill = (call: DosCall, show: "text" | "shown") => fillTemplate(command, root, call, show);
  const start = async (call: DosCall) => {
    const [name = "", ...args] = fill(call, "text");
    return { file: await findProgram(name), args };
  };
  return {
    label: `command ${program}`,
    capabilities: { screen: true },
    describe: (call) => [fill(call, "shown").map(quoted).join(" ")],
    check: async (call) => void (await start(call)),
    async run(call: DosCall, { signal, onScreen, onStart }: RunOptions): Promise<ProgramEnd> {
      const { file, args } = await start(call);
      const screen = screenText();
      const decoder = iconv.getDecoder("cp850");
      let group: number | undefined;
      const began = performance.now();
      const end = await runTree(file, args, {
        signal,
        cwd: root,
        kill: async (pid) => void (await endGroup(pid)),
        onOutput(bytes) {
          const text = hideSecrets(call, decoder.write(bytes));
          screen.add(text);
          onScreen?.(text);
        },
        onStart(pid) {
          group = pid;
          onStart?.(pid);
        },
      });
      // Somebody it left behind without an output of ours could still write.
      if (group !== undefined && !(await endGroup(group))) throw notEnded(file, group);
      const durationMs = Math.round(performance.now() - began);
      if (signal.aborted)
        return { kind: "killed", reason: abortError(signal), screen: hideSecrets(call, screen.text()), durationMs };
      return { kind: "ended", exitCode: end.exitCode, screen: hideSecrets(call, screen.text()), durationMs };
    },
  };
}

function fillTemplate(command: readonly string[], root: string, call: DosCall, show: "text" | "shown"): string[] {
  const args = call.args.map((argument) => argument[show]);
  const template = command.includes("{arguments}") ? command : [...command, "{arguments}"];
  return template.flatMap((part) =>
    part === "{arguments}"
      ? args
      : part
          .replaceAll("{program}", call.program.toLowerCase())
          .replaceAll("{PROGRAM}", call.program)
          .replaceAll("{postoffice}", root),
  );
}

function checkTemplate(command: readonly string[]): void {
  const inside = command.find((part) => part.includes("{arguments}") && part !== "{arguments}");
  if (command.length > 0 && command[0] !== "" && inside === undefined) return;
  throw new ResyncError("CONFIG_INVALID", {
    message:
      inside === undefined
        ? "The command that runs IMPORT is empty."
        : `The command that runs IMPORT has {arguments} inside "${inside}".`,
    hint: "Give {arguments} an element of its own: it becomes several, and no shell takes them apart.",
  });
}

/** The file that a name means: by path, or on PATH as the system would search it. */
async function findProgram(name: string): Promise<string> {
  const byPath = name.includes("/") || name.includes("\\") || isAbsolute(name);
  const folders = byPath ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  const endings = process.platform === "win32" ? ["", ".exe", ".com", ".cmd", ".bat"] : [""];
  for (const file of folders.flatMap((folder) => endings.map((ending) => resolve(join(folder, name + ending))))) {
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new ResyncError("PROGRAM_MISSING", {
    message: byPath
      ? `${resolve(name)} is no program that can be started.`
      : `There is no program "${name}" on the PATH.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint: "Check the runner's command in the configuration.",
    facts: { program: name },
  });
}

function hideSecrets(call: DosCall, text: string): string {
  return call.args.reduce((hidden, { text: secret, shown }) => {
    return secret === shown || secret.length < 4 ? hidden : hidden.replaceAll(secret, shown);
  }, text);
}

function quoted(part: string): string {
  return /^[\w@%+=:,./{}*$~\\-]+$/u.test(part) ? part : `"${part.replaceAll('"', String.raw`\"`)}"`;
}

function notEnded(file: string, pid: number): ResyncError {
  return new ResyncError("IMPORT_UNDETERMINED", {
    message: `${file} left a process behind (group ${pid}) that does not end.`,
    state: "It may still write to the postoffice; nothing was put back.",
    hint: `Find out why it hangs (a network drive that does not answer?), end it, then run "resync recover".`,
    facts: { pid },
  });
}
