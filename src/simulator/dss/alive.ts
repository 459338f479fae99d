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

/** /proc/PID/stat: the state letter follows the program's name in parentheses. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX]/u.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}
