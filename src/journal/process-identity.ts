import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** A process, told from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and start time of the process as the system counts them; `undefined` where it does not say (not Linux). */
  readonly start: string | undefined;
}

/** The identity of a running process; `undefined` when there is none, or when it has ended and only waits to be collected. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform !== "linux") return isRunning(pid) ? { pid, start: undefined } : undefined;
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // Fields after the name, which may hold blanks and brackets: state is the 3rd of proc(5), start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, start: `${boot.trim()}/${fields[19]}` };
  } catch {
    return undefined;
  }
}

/** True while that very process runs on this machine. */
export async function stillRuns({ pid, start }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  return now !== undefined && (start === undefined || now.start === undefined || now.start === start);
}

/** True when a process may still be at work: it runs here, or it ran on another machine, of which this one cannot know. */
export async function mayRun({ host, pid, start }: ProcessIdentity & { readonly host: string }): Promise<boolean> {
  return host !== hostname() || stillRuns({ pid, start });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
