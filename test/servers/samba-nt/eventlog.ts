import type { EventLogName, HostEvent } from "../../../src/push/generate/dss-host.ts";
import { rpcHandler } from "./dcerpc.ts";
import { ndrReader, ndrWriter, type NdrReader, type NdrWriter } from "./ndr.ts";
import type { PipeHandler } from "./named-pipe.ts";

/** An event to log. */
export interface LoggedEvent extends Pick<HostEvent, "source" | "id" | "text"> {
  /** Seconds since 1970. */
  readonly at: number;
  /** Padded to four bytes and no more, which rpcclient cannot read when there is nothing to pad; else one to four bytes, as Samba pads. */
  readonly tight?: boolean;
}

/** The records of each log, oldest first. Their numbers count from 1. */
export type EventLogs = Record<EventLogName, LoggedEvent[]>;

const STATUS = {
  ok: 0,
  endOfFile: 0xc000_0011,
  noSuchFile: 0xc000_000f,
  bufferTooSmall: 0xc000_0023,
  invalidHandle: 0xc000_0008,
} as const;
const BACKWARDS = 8;

/** A log that a caller has open, and the record to read next. */
interface OpenLog {
  readonly records: readonly LoggedEvent[];
  next: number;
}

/**
 * The remote interface of the event log (MS-EVEN) over the logs given: the five operations that Samba's `rpcclient` uses, and as NT answers
 * them. Samba's own, read backwards, gives its oldest record only.
 */
export function eventlog(logs: EventLogs): () => PipeHandler {
  return () => {
    const handles = new Map<string, OpenLog>();
    return rpcHandler("eventlog", async (operation, stub) => {
      const act = OPERATIONS[operation];
      if (!act) return undefined;
      const out = ndrWriter();
      const status = act({ in: ndrReader(stub), out, handles, logs });
      return out.u32(status).end();
    });
  };
}

interface Call {
  in: NdrReader;
  out: NdrWriter;
  handles: Map<string, OpenLog>;
  logs: EventLogs;
}

/** By operation number (MS-EVEN 3.1.4): each reads its arguments, writes its results and returns an NTSTATUS. */
const OPERATIONS: Record<number, (call: Call) => number> = {
  2: closeEventLog,
  4: (call) => numberOf(call, ({ records }) => records.length),
  5: (call) => numberOf(call, ({ records }) => (records.length === 0 ? 0 : 1)),
  7: openEventLog,
  10: readEventLog,
};

function openEventLog({ in: args, out, handles, logs }: Call): number {
  // A pointer to two 16-bit numbers, which mean nothing (MS-EVEN 2.2.11).
  if (args.u32() !== 0) args.u32();
  args.u32();
  args.u32();
  const name = args.string();
  const records = name === "Application" || name === "System" ? logs[name] : undefined;
  const handle = `00000000${(handles.size + 1).toString(16).padStart(32, "0")}`;
  out.handle(records === undefined ? "00".repeat(20) : handle);
  if (records === undefined) return STATUS.noSuchFile;
  handles.set(handle, { records, next: records.length });
  return STATUS.ok;
}

function closeEventLog({ in: args, out, handles }: Call): number {
  handles.delete(args.handle());
  out.handle("00".repeat(20));
  return STATUS.ok;
}

function numberOf({ in: args, out, handles }: Call, number: (log: OpenLog) => number): number {
  const log = handles.get(args.handle());
  out.u32(log === undefined ? 0 : number(log));
  return log === undefined ? STATUS.invalidHandle : STATUS.ok;
}

/** One record a call, if the buffer offered holds it. */
function readEventLog({ in: args, out, handles }: Call): number {
  const log = handles.get(args.handle());
  const flags = args.u32();
  args.u32();
  const offered = args.u32();
  const event = log?.records[log.next - 1];
  const record = event === undefined || log === undefined ? Buffer.alloc(0) : recordOf(event, log.next);
  const fits = record.length <= offered;
  const data = Buffer.alloc(offered);
  if (fits) record.copy(data);
  out.u32(offered).bytes(data);
  out.u32(fits ? record.length : 0).u32(fits ? 0 : record.length);
  if (log === undefined || (flags & BACKWARDS) === 0) return STATUS.invalidHandle;
  if (event === undefined) return STATUS.endOfFile;
  if (!fits) return STATUS.bufferTooSmall;
  log.next -= 1;
  return STATUS.ok;
}

const ERROR_TYPE = 1;
const SEVERITY_ERROR = 0xc000_0000;

/** EVENTLOGRECORD (MS-EVEN 2.2.3). The strings of an event are the parts of its text. */
function recordOf({ at, source, id, text, tight = false }: LoggedEvent, number: number): Buffer {
  const names = Buffer.from(`${source}\0DSS1\0`, "utf16le");
  const parts = text === "" ? [] : text.split("; ");
  const strings = Buffer.from(parts.map((part) => `${part}\0`).join(""), "utf16le");
  const fixed = 56;
  const stringsAt = fixed + names.length;
  const used = stringsAt + strings.length;
  const padding = tight ? -used & 3 : 4 - (used & 3);
  const length = stringsAt + strings.length + padding + 4;
  const record = Buffer.alloc(length);
  const fields = [length, 0x654c_664c, number, at, at, (SEVERITY_ERROR | id) >>> 0];
  for (const [index, value] of fields.entries()) record.writeUInt32LE(value, index * 4);
  record.writeUInt16LE(ERROR_TYPE, 24);
  record.writeUInt16LE(parts.length, 26);
  const offsets = [0, stringsAt, 0, stringsAt, 0, stringsAt + strings.length];
  for (const [index, value] of offsets.entries()) record.writeUInt32LE(value, 32 + index * 4);
  names.copy(record, fixed);
  strings.copy(record, stringsAt);
  record.writeUInt32LE(length, length - 4);
  return record;
}
