import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Runs a program to its end. Returns its wall time in seconds, from start to exit, and the peak memory of it and its children in bytes
 * (Linux: the kernel's own high-water marks, looked at every 20 ms; 0 elsewhere). Throws when it does not end with `code`.
 */
export async function measure(program, args, { input = "", code = 0 } = {}) {
  const started = performance.now();
  // Where a machine sets it, each start of Node reads a file of certificates, which takes longer than the start itself.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(program, args, { env, stdio: ["pipe", "ignore", "pipe"] });
  const peaks = new Map();
  const timer = setInterval(() => look(child.pid, peaks), 20);
  const complaints = [];
  child.stderr.on("data", (chunk) => complaints.push(chunk));
  // A program that reads nothing may have ended already.
  child.stdin.on("error", () => undefined).end(input);
  const [ended] = await once(child, "close");
  const seconds = (performance.now() - started) / 1000;
  clearInterval(timer);
  if (ended !== code)
    throw new Error(`${program} ${args.join(" ")} ended with ${ended}: ${Buffer.concat(complaints).toString()}`);
  return { seconds, bytes: [...peaks.values()].reduce((sum, peak) => sum + peak, 0) };
}

function look(pid, peaks) {
  const status = statusOf(pid);
  const peak = /^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1];
  if (peak !== undefined) peaks.set(pid, Number(peak) * 1024);
  for (const child of childrenOf(pid)) look(child, peaks);
}

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
