import type { SambaOutput } from "../../../../transfer/smbclient/run.ts";
import type { SambaSession } from "../../../../transfer/smbclient/session.ts";
import { statusCodes } from "../../../../transfer/smbclient/status-codes.ts";
import type { DssHost, EventLogName, HostEvent } from "../../dss-host.ts";
import { netError } from "./errors.ts";
import { parseEvent, RECORD_HEAD } from "./event-text.ts";

type EventActs = Pick<DssHost, "eventMark" | "eventsAfter">;

/**
 * Event logs of a remote host through `rpcclient` (MS-EVEN), which prints a log record by record from its newest on; it is ended when
 * what it prints is older than what was asked for. It takes a byte behind the text of a record for granted, and gives up at a record
 * without one (librpc/idl/eventlog.idl, up to Samba 4.17 at least): what is newer has been read then.
 */
export function sambaEvents(session: SambaSession): EventActs {
  const cannotRead = (log: EventLogName, output: SambaOutput) =>
    netError(session, output, `The ${log} event log cannot be read`);

  const newestRecord = async (log: EventLogName): Promise<number> => {
    const output = await session.rpc(`eventlog_numrecord ${log}; eventlog_oldestrecord ${log}`);
    const count = /^number of records: (\d+)$/mu.exec(output.stdout)?.[1];
    const oldest = /^oldest entry: (\d+)$/mu.exec(output.stdout)?.[1];
    if (count === undefined || oldest === undefined) throw await cannotRead(log, output);
    return Number(count) === 0 ? 0 : Number(oldest) + Number(count) - 1;
  };

  const eventMark: EventActs["eventMark"] = async () => ({
    Application: await newestRecord("Application"),
    System: await newestRecord("System"),
  });

  /** The records behind number `after`, oldest first. */
  const recordsAfter = async (log: EventLogName, after: number): Promise<HostEvent[]> => {
    const found: HostEvent[] = [];
    const printed = blocksOf(session.rpcStream(`eventlog_readlog ${log}`));
    for await (const { text, end } of printed) {
      const event = parseEvent(log, text);
      // The oldest one is printed twice.
      if (event !== undefined && event.record !== found[0]?.record) {
        if (event.record <= after) return found;
        found.unshift(event);
      }
      const codes = end === undefined ? [] : statusCodes(text);
      if (end !== undefined && found.length === 0 && codes.length > 0)
        throw await cannotRead(log, { ...end, stderr: text, codes });
    }
    return found;
  };

  return {
    eventMark,
    async eventsAfter(mark) {
      const now = await eventMark();
      const events: HostEvent[] = [];
      for (const log of ["Application", "System"] as const) {
        if (now[log] === mark[log]) continue;
        const cleared = now[log] < mark[log];
        events.push(...(await recordsAfter(log, cleared ? 0 : mark[log])));
      }
      return events;
    },
  };
}

/** What is printed, cut before each record, as soon as a piece is whole; how the program ended with the last piece. */
async function* blocksOf(stream: AsyncGenerator<Uint8Array, SambaOutput>) {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        yield { text, end: next.value };
        return;
      }
      text += decoder.decode(next.value, { stream: true });
      const blocks = text.split(RECORD_HEAD);
      text = blocks.pop() ?? "";
      for (const block of blocks) yield { text: block, end: undefined };
    }
  } finally {
    await stream.return(undefined as never);
  }
}
