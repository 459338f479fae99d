import type { DssHost, EventMark, HostEvent } from "./dss-host.ts";

/** Events that tell something about a generation, by number: what they mean for the list, and where that is written. */
const TELLING: Record<number, { readonly means: string; readonly reference: string }> = {
  124: { means: "the log header cannot be read: Edb.log without Xdir.edb?", reference: "Q185225" },
  133: { means: "the Exchange directory returned an error", reference: "Q192484, Q241117" },
  134: { means: "the MTA was busy", reference: "Q159295, Q201122" },
  143: {
    means: "a remote dirsync entry could not be updated; requestors may get nothing",
    reference: "Q192484, Q241117",
  },
  168: { means: "state could not be saved; duplicates may be sent", reference: "Q192484, Q241117" },
  172: { means: "an index of Xdir.edb is damaged", reference: "Q224991" },
  177: { means: "an index of Xdir.edb is damaged", reference: "Q224991" },
  181: { means: "the service may fail at start", reference: "Q196892" },
  220: { means: "messages to a requestor were lost", reference: "Q175588" },
  221: { means: "a requestor will get a full import on its own", reference: "Q175588" },
  247: { means: "an address in a transaction is not valid", reference: "Q159189, Q193842" },
  249: { means: "the database Xdir.edb could not be opened", reference: "Q169677, Q224991" },
  268: { means: "a file in Dxadata could not be opened", reference: "Q153658" },
  7000: { means: "the service could not be started", reference: "Q184205, Q260698" },
  7001: { means: "a service that it depends on could not be started", reference: "Q260698" },
  7009: { means: "the service did not connect in time", reference: "Q184205" },
};

const SOURCES = ["MSEXCHANGEDX", "ESE97", "EDB"];
/** What of the System log counts: what the Service Control Manager says of our service. */
const MANAGER = "SERVICE CONTROL MANAGER";
const OURS = /MSExchangeDX|Microsoft Exchange Directory Synchronization/iu;

/** Where the host's event logs stand; `undefined` where there is none to read, or reading fails: events only explain. */
export async function markEvents(host: DssHost): Promise<EventMark | undefined> {
  return host.capabilities.eventLog ? host.eventMark().catch(() => undefined) : undefined;
}

/** The events behind a mark that tell something about a generation. Empty without a mark, and where reading fails. */
export async function tellingEvents(host: DssHost, mark: EventMark | undefined): Promise<HostEvent[]> {
  if (mark === undefined) return [];
  const events = await host.eventsAfter(mark).catch(() => []);
  return events.filter(isTelling);
}

/** True for an event that tells something about a generation, or about the service's start. */
export function isTelling({ id, log, source, text }: HostEvent): boolean {
  if (TELLING[id] === undefined) return false;
  return log === "System"
    ? source.toUpperCase() === MANAGER && OURS.test(text)
    : SOURCES.includes(source.toUpperCase());
}

/** `MSExchangeDX 268 (a file in Dxadata could not be opened, Q153658)`. */
export function showEvent(event: HostEvent): string {
  const telling = TELLING[event.id];
  const meaning = telling === undefined ? "" : ` (${telling.means}, ${telling.reference})`;
  return `${event.source} ${event.id}${meaning}`;
}
