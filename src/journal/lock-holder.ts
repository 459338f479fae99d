import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { RunId } from "./journal.ts";
import { identify, stillRuns } from "./process-identity.ts";

const holderSchema = z.object({
  run: z.string(),
  host: z.string(),
  /** The machine itself where the system has a name for it (Linux): two machines may share a host name. */
  machine: z.string().optional(),
  user: z.string(),
  pid: z.number(),
  start: z.string().optional(),
  /** UTC, ISO 8601. */
  since: z.string(),
});

/** Who holds a lock. */
export type LockHolder = z.output<typeof holderSchema>;

/** The holder that a lock file's text names; `undefined` when it names none. */
export function readHolder(text: string): LockHolder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** This process as a holder. */
export async function ourselves(run: RunId, clock: Clock): Promise<LockHolder> {
  const start = (await identify(process.pid))?.start;
  const machine = await machineName();
  return {
    run,
    host: hostname(),
    ...(machine === undefined ? {} : { machine }),
    user: userName(),
    pid: process.pid,
    ...(start === undefined ? {} : { start }),
    since: clock.now().toISOString(),
  };
}

/** Whether a holder still runs, as far as that can be seen from this machine. */
export async function lifeOf(holder: LockHolder): Promise<"alive" | "dead" | "elsewhere"> {
  if (holder.host !== hostname() || holder.machine !== (await machineName())) return "elsewhere";
  return (await stillRuns({ pid: holder.pid, start: holder.start })) ? "alive" : "dead";
}

/** systemd's machine id; `undefined` where there is none. */
async function machineName(): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const id = await readFile("/etc/machine-id", "utf8").catch(() => "");
  return id.trim() || undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
