import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { ResyncError } from "../../errors.ts";
import { markedEnvironment } from "./parent-mark.ts";

/** How the first process of a tree ended. */
export interface TreeEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface TreeOptions {
  /** Ends the whole tree. */
  signal: AbortSignal;
  cwd?: string;
  /** Added to our own environment without its `RESYNC_*`: those may hold secrets. */
  env?: NodeJS.ProcessEnv;
  /** Called once with the program's process id (on POSIX also its group's), for the journal: a crash of ours leaves the program running. */
  onStart?: (pid: number) => void;
  /** Each piece of stdout and stderr, as it comes. */
  onOutput: (bytes: Buffer) => void;
  /** Ends the tree below a process; default: SIGKILL to its process group, on Windows to the program alone. */
  kill?: (pid: number) => Promise<void>;
}

/** A killed process goes at once, unless it hangs in the file system. */
const END_WITHIN_MS = 30_000;

/**
 * Runs a program with no input and settles when it and all that inherited its output are gone. It gets a process group of its own: a Ctrl-C at
 * the terminal is for us to act on, and a wrapper script's children end with it. Throws `PROGRAM_MISSING` when it cannot be started,
 * `IMPORT_UNDETERMINED` when it was told to end and is still there 30 s later. Starts nothing when `signal`
 * is aborted already.
 */
export async function runTree(file: string, args: readonly string[], options: TreeOptions): Promise<TreeEnd> {
  if (options.signal.aborted) return { exitCode: undefined, signal: undefined };
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...withoutOurSettings(), ...options.env, ...(await markedEnvironment()) },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  child.stdout.on("data", options.onOutput);
  child.stderr.on("data", options.onOutput);
  // "close" and not "exit": whoever inherited the output has ended too.
  const gone = new Promise<TreeEnd>((resolve) => {
    child.once("close", (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
  });
  await once(child, "spawn").catch((cause: unknown) => {
    throw cannotStart(file, cause);
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  return endedOrAborted(file, child, gone, options);
}

async function endedOrAborted(
  file: string,
  child: ChildProcess,
  gone: Promise<TreeEnd>,
  { signal, kill = killGroup }: TreeOptions,
): Promise<TreeEnd> {
  const pid = child.pid ?? 0;
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const stillThere = new Promise<never>((_, reject) => {
    stop = () => {
      timer = setTimeout(() => reject(notEnded(file, pid)), END_WITHIN_MS);
      kill(pid).catch(reject);
    };
  });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([gone, stillThere]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function withoutOurSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("RESYNC_")));
}

async function killGroup(pid: number): Promise<void> {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

function cannotStart(file: string, cause: unknown): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message: `${file} cannot be started: ${cause instanceof Error ? cause.message : String(cause)}.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint: "Check that the program is installed and that you may run it.",
    cause,
  });
}

function notEnded(file: string, pid: number): ResyncError {
  return new ResyncError("IMPORT_UNDETERMINED", {
    message: `${file} (process ${pid}) was told to end and is still there after ${END_WITHIN_MS / 1000} seconds.`,
    state: "It may still write to the postoffice; nothing was put back.",
    hint: `Find out why process ${pid} hangs (a network drive that does not answer?), end it, then run "resync recover".`,
    facts: { pid },
  });
}
