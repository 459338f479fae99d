import type { DssHost, HostEvent } from "./dss-host.ts";

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
};

const SOURCES = ["MSEXCHANGEDX", "ESE97", "EDB"];

/**
 * The events since a moment that tell something about a generation. Empty where the host has no event log to read, and where reading
 * it fails: they only explain.
 */
export async function tellingEvents(host: DssHost, since: Date): Promise<HostEvent[]> {
  if (!host.capabilities.eventLog) return [];
  try {
    const events = await host.eventsSince(since);
    return events.filter((event) => TELLING[event.id] !== undefined && SOURCES.includes(event.source.toUpperCase()));
  } catch {
    return [];
  }
}

/** `MSExchangeDX 268 (a file in Dxadata could not be opened, Q153658)`. */
export function showEvent(event: HostEvent): string {
  const telling = TELLING[event.id];
  const meaning = telling === undefined ? "" : ` (${telling.means}, ${telling.reference})`;
  return `${event.source} ${event.id}${meaning}`;
}
