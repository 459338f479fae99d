import { hostname } from "node:os";

/**
 * True when the process that made a run or a lock may still be at work: it runs on this machine, or it ran on another one, of which
 * this machine cannot know. (A process id that was given to another program in between counts as alive: better to ask than to break in.)
 */
export function isAlive(owner: { readonly pid: number; readonly host: string }): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
