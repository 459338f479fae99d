import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";

/** A program of the bed with everything it starts, in a process group of its own. */
export interface Daemon {
  readonly pid: number;
  /** Ends the whole group; after 3 seconds by force. Settles when the leader is gone. */
  stop(): Promise<void>;
}

/** Who a program runs as; the caller when left out. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

/** Starts a daemon that stays in the foreground; its output goes to `log`. */
export function startDaemon(command: readonly string[], log: string, as: RunAs): Daemon {
  const out = openSync(log, "a");
  const [program = "", ...args] = [...withParent(), ...command];
  const child = spawn(program, args, { detached: true, stdio: ["ignore", out, out], ...as });
  closeSync(out);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${command.join(" ")}`);
  const gone = once(child, "exit");
  return {
    pid,
    async stop() {
      const force = setTimeout(() => killGroup(pid, "SIGKILL"), 3000);
      killGroup(pid, "SIGTERM");
      await gone;
      clearTimeout(force);
      killGroup(pid, "SIGKILL");
    },
  };
}

/** Linux ends the leader, and so the others, when this process is killed and cannot do it. */
function withParent(): string[] {
  return existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "TERM"] : [];
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Runs a program to its end and gives what it printed; throws with its talk when it fails. */
export function runNow(command: readonly string[], as: RunAs, input = ""): string {
  const [program = "", ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8", ...as });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}
