import { spawnSync } from "node:child_process";

/**
 * The command that runs `command` in a network namespace of its own, on whose loopback each packet takes `delayMs / 2` milliseconds. The
 * queue holds a second of 10 Gbit/s, so that the line is long and nothing else.
 */
export function netemCommand(delayMs, command) {
  const setUp = `ip link set lo up && tc qdisc add dev lo root netem delay ${delayMs / 2}ms limit 1000000 && exec "$@"`;
  return ["unshare", "--net", "sh", "-c", setUp, "sh", ...command];
}

/** True where this process may make such a namespace and its kernel has netem. */
export function hasNetem() {
  const [program, ...args] = netemCommand(2, ["true"]);
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
