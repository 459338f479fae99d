import { readFileSync } from "node:fs";

/**
 * True while the process `pid` runs. A process that has ended but that nobody has collected yet (a zombie, usual in containers whose
 * first process collects none) counts as gone.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || !isZombie(pid);
}

/**
 * Ends the process `pid` at once if it is a simulated DXA; a number that the system has given to another process since is left alone
 * (told by the command line, on Linux). Never throws.
 */
export function endDxa(pid: number): void {
  try {
    const isOther =
      process.platform === "linux" && !readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("dxa-main");
    if (!isOther) process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** /proc/PID/stat: the state letter follows the program's name in parentheses. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX]/u.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}
