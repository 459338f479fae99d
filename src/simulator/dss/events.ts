import { appendFile, readFile } from "node:fs/promises";
import type { EventMark, HostEvent } from "../../push/generate/dss-host.ts";
import { dssFiles } from "./paths.ts";

/** Who writes what into the simulated event logs. */
export interface EventSource {
  readonly log: HostEvent["log"];
  readonly source: string;
  readonly level: HostEvent["level"];
}

const DXA: EventSource = { log: "Application", source: "MSExchangeDX", level: "information" };

/** Writes one line of the simulated event logs, the DXA's Application log unless said otherwise: JSON, `at` UTC. */
export async function logEvent(dir: string, id: number, text: string, from: Partial<EventSource> = {}): Promise<void> {
  const event = { at: new Date().toISOString(), ...DXA, ...from, id, text };
  await appendFile(dssFiles(dir).events, `${JSON.stringify(event)}\n`);
}

/** The number of the newest record of each log. */
export async function markEvents(dir: string): Promise<EventMark> {
  const events = await allEvents(dir);
  const newest = (log: HostEvent["log"]) => events.filter((event) => event.log === log).length;
  return { Application: newest("Application"), System: newest("System") };
}

/** The events behind a mark, oldest first. A mark beyond the end means that the log was cleared since. */
export async function readEvents(dir: string, mark: EventMark): Promise<HostEvent[]> {
  const newest = await markEvents(dir);
  const from = (log: HostEvent["log"]) => (mark[log] > newest[log] ? 0 : mark[log]);
  return (await allEvents(dir)).filter(({ log, record }) => record > from(log));
}

async function allEvents(dir: string): Promise<HostEvent[]> {
  const counts = { Application: 0, System: 0 };
  const lines = (await readFile(dssFiles(dir).events, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const event = JSON.parse(line) as Omit<HostEvent, "at" | "record"> & { at: string };
    return { ...event, at: new Date(event.at), record: ++counts[event.log] };
  });
}
