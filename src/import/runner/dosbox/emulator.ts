import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { ResyncError } from "../../../errors.ts";
import { runTree, type TreeEnd, type TreeOptions } from "../process-tree.ts";
import { HEADLESS } from "./machine.ts";

export interface Emulator extends Pick<TreeOptions, "signal" | "onStart"> {
  /** Absolute path of the program. */
  readonly dosbox: string;
  /** Path of dosbox.conf. */
  readonly config: string;
}

/** How the emulator ended, and the last lines it wrote itself (not the DOS program). */
export interface EmulatorEnd extends TreeEnd {
  readonly talk: string;
}

/** The absolute path of the DOSBox program: a path as it is, a bare name looked up on the PATH. Throws `PROGRAM_MISSING`. */
export async function findDosbox(program: string): Promise<string> {
  const found = await firstRunnable(/[\\/]/u.test(program) ? [resolve(program)] : onPath(program));
  if (found !== undefined) return found;
  throw new ResyncError("PROGRAM_MISSING", {
    message: `DOSBox (${program}) is not on this machine, or may not be run.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint: 'Install it (Debian: "apt install dosbox"; elsewhere https://www.dosbox.com), name its path, or choose another runner.',
    reference: "docs/runners.md",
    facts: { program },
  });
}

/**
 * Runs DOSBox without a window until it ends or `signal` aborts. On Linux the kernel ends it with us, even when we are killed: nothing writes
 * on behind `resync recover`.
 */
export async function runEmulator({ dosbox, config, ...options }: Emulator): Promise<EmulatorEnd> {
  const [file, ...args] = [...(await endingWithUs()), dosbox, "-conf", config, "-noconsole"];
  let talk = "";
  const end = await runTree(file, args, {
    ...options,
    env: HEADLESS,
    onOutput: (bytes) => {
      talk = (talk + bytes.toString()).slice(-2000);
    },
  });
  return { ...end, talk: talk.trim().split("\n").slice(-5).join("\n") };
}

async function endingWithUs(): Promise<string[]> {
  const setpriv = process.platform === "linux" ? await firstRunnable(onPath("setpriv")) : undefined;
  return setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL"];
}

function onPath(program: string): string[] {
  const names = process.platform === "win32" ? [`${program}.exe`, program] : [program];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

async function firstRunnable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return file;
  }
  return undefined;
}
