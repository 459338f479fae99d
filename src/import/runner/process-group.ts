import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { setTimeout as delay } from "node:timers/promises";

/** How long a killed group may take to be gone; longer means that it hangs in the file system. */
const GONE_WITHIN_MS = 30_000;

/**
 * Ends whatever is left of a process group (POSIX), or of the tree below a process (Windows), and settles with true when all of it is
 * gone, with false when some of it is still there after half a minute. Nothing happens when nothing is left.
 */
export async function endGroup(pid: number): Promise<boolean> {
  if (process.platform === "win32") return endTree(pid);
  for (let waited = 0; waited <= GONE_WITHIN_MS; waited += 20) {
    if (!(await groupRuns(pid))) return true;
    signalGroup(pid);
    await delay(20);
  }
  return false;
}

function signalGroup(pid: number): boolean {
  try {
    return process.kill(-pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** True while a process of the group runs. Ended ones that nobody has collected do not count: signal 0 would reach them (Linux only). */
async function groupRuns(pid: number): Promise<boolean> {
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    // Behind the name stand state, parent, group: proc(5).
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (group === String(pid) && state !== "Z" && state !== "X") return true;
  }
  return false;
}

async function endTree(pid: number): Promise<boolean> {
  await promisify(execFile)("taskkill", ["/PID", String(pid), "/T", "/F"]).catch(() => undefined);
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
