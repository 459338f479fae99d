import { isTelling, showEvent } from "../events.ts";
import { dssCheck } from "./dss-check.ts";

/** How many of the newest records are looked at. */
const RECENT = 200;

/** What the newest records of the event logs tell of the DXA. */
export const eventsCheck = dssCheck(
  "dss-events",
  "Recent events of the DXA",
  "Q185225, Q241117",
  async ({ host }, say) => {
    if (!host.capabilities.eventLog)
      return say.unknown(
        "the event log cannot be read from here",
        "Look for MSExchangeDX and ESE97 in the Application log.",
      );
    const { Application, System } = await host.eventMark();
    const mark = { Application: Math.max(0, Application - RECENT), System: Math.max(0, System - RECENT) };
    const events = await host.eventsAfter(mark);
    const telling = events.filter(isTelling);
    if (events.length === 0) return say.ok("the event logs are empty");
    const looked = `${events.length} newest records`;
    const [last] = telling.slice(-1);
    if (last === undefined) return say.ok(`nothing that matters in the ${looked}`);
    const kinds = [...new Set(telling.map(showEvent))].join("; ");
    const when = last.at.toISOString().slice(0, 16).replace("T", " ");
    return say.warning(`${kinds}; the last at ${when} UTC, in the ${looked}`, "See what became of it before the push.");
  },
);
