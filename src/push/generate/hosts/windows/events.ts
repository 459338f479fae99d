import { ResyncError } from "../../../../errors.ts";
import type { DssHost, EventLogName, HostEvent } from "../../dss-host.ts";
import type { WindowsMachine } from "./machine.ts";
import { runWindows } from "./run.ts";

type EventActs = Pick<DssHost, "eventMark" | "eventsAfter">;

/** The most records that are looked at: a DXA at maximum logging writes many. */
const NEWEST = 500;

/**
 * Event logs through wevtutil.exe of Vista and later, as XML in UTF-16. Throws `PROGRAM_MISSING` where there is none, and
 * `DSS_UNREACHABLE` for a log that cannot be read, as of a remote machine older than Vista.
 */
export function windowsEvents(machine: WindowsMachine, timeoutMs: number): EventActs {
  const at = machine.remote === undefined ? [] : [`/r:${machine.remote}`];
  const query = async (log: EventLogName, ...more: string[]): Promise<HostEvent[]> => {
    const args = ["qe", log, "/rd:true", "/f:xml", "/uni:true", ...at, ...more];
    const { stdout, exitCode } = await runWindows(machine, "wevtutil", args, timeoutMs);
    if (exitCode !== 0) throw unreadable(machine, log, exitCode);
    return parseEvents(log, stdout.toString("utf16le"));
  };
  const newest = async (log: EventLogName): Promise<number> => (await query(log, "/c:1"))[0]?.record ?? 0;
  const eventMark = async () => ({ Application: await newest("Application"), System: await newest("System") });

  return {
    eventMark,
    async eventsAfter(mark) {
      const events: HostEvent[] = [];
      for (const log of ["Application", "System"] as const) {
        const after = (await newest(log)) < mark[log] ? 0 : mark[log];
        const found = await query(log, `/c:${NEWEST}`, `/q:*[System[(EventRecordID>${after})]]`);
        events.push(...found.toReversed());
      }
      return events;
    },
  };
}

/** The events in what wevtutil prints: one `<Event>` behind the other, without a root. What is none is passed over. */
export function parseEvents(log: EventLogName, xml: string): HostEvent[] {
  return [...xml.matchAll(/<Event[\s>][\s\S]*?<\/Event>/gu)].flatMap(([text]) => {
    const record = Number(inner(text, "EventRecordID"));
    const id = Number(inner(text, "EventID"));
    const at = new Date(/<TimeCreated[^>]*\bSystemTime=(["'])(.*?)\1/u.exec(text)?.[2] ?? "");
    const source = /<Provider[^>]*\bName=(["'])(.*?)\1/u.exec(text)?.[2];
    if (!record || Number.isNaN(id) || Number.isNaN(at.getTime()) || source === undefined) return [];
    const strings = [...text.matchAll(/<Data(?:\s[^>]*)?>([\s\S]*?)<\/Data>/gu)].map(([, data]) => plain(data ?? ""));
    const level = levelOf(Number(inner(text, "Level") ?? 0));
    return [{ log, record, at, source: plain(source), id: id & 0xffff, level, text: strings.join("; ") }];
  });
}

function inner(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`, "u").exec(xml)?.[1];
}

/** 1 and 2 are critical and error, 0 and 4 information; audits stand in the Security log alone. */
function levelOf(number: number): HostEvent["level"] {
  if (number === 1 || number === 2) return "error";
  return number === 3 ? "warning" : "information";
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function plain(xml: string): string {
  return xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/giu, (all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

function unreadable(machine: WindowsMachine, log: EventLogName, exitCode: number | undefined): ResyncError {
  return new ResyncError("DSS_UNREACHABLE", {
    message: `The ${log} event log of ${machine.label} cannot be read: wevtutil.exe ended with ${exitCode}.`,
    hint: "Look at it in the Event Viewer of the host.",
    facts: { log },
  });
}
