import { Worker } from "node:worker_threads";

/** Watches work that nothing else could interrupt. */
export interface Watchdog {
  /** The work with this number begins. */
  begin(number: number): void;
  stop(): Promise<unknown>;
}

/** Kills the process, with the number of the work on stderr, when one piece of work takes longer than `ms`: a loop that never ends hears no timer. */
export function watchdog(ms: number): Watchdog {
  const shared = new Float64Array(new SharedArrayBuffer(8)).fill(-1);
  const worker = new Worker(WATCH, { eval: true, workerData: { shared, ms, pid: process.pid } });
  return { begin: (number) => void (shared[0] = number), stop: () => worker.terminate() };
}

const WATCH = `
const { workerData: { shared, ms, pid } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
let last = shared[0];
let since = Date.now();
setInterval(() => {
  if (shared[0] !== last) [last, since] = [shared[0], Date.now()];
  else if (last >= 0 && Date.now() - since > ms) {
    writeSync(2, "Number " + last + " does not end.\\n");
    process.kill(pid, "SIGKILL");
  }
}, 250);
`;
