import { appendFile, readFile } from "node:fs/promises";
import type { HostEvent } from "../../push/generate/dss-host.ts";
import { dssFiles } from "./paths.ts";

/** Writes one line of the simulated Application log: JSON, `at` UTC. */
export async function logEvent(dir: string, id: number, text: string): Promise<void> {
  const event = { at: new Date().toISOString(), source: "MSExchangeDX", id, text };
  await appendFile(dssFiles(dir).events, `${JSON.stringify(event)}\n`);
}

/** The events since a moment, oldest first. */
export async function readEvents(dir: string, since: Date): Promise<HostEvent[]> {
  const lines = (await readFile(dssFiles(dir).events, "utf8")).split("\n").filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as Omit<HostEvent, "at"> & { at: string })
    .map((event) => ({ ...event, at: new Date(event.at) }))
    .filter((event) => event.at.getTime() >= since.getTime());
}
