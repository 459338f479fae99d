import type { EventLogName, HostEvent } from "../../dss-host.ts";

/** What stands before each record that `rpcclient` prints. */
export const RECORD_HEAD = "struct EVENTLOGRECORD\n";

/**
 * One record as `rpcclient` prints it behind `RECORD_HEAD`: lines `        FIELD : value`, then the strings in quotation marks, which may
 * hold line ends. `undefined` for a block that is none.
 */
export function parseEvent(log: EventLogName, block: string): HostEvent | undefined {
  const field = (name: string): string => new RegExp(`^ {8}${name} +: (.*)$`, "mu").exec(block)?.[1] ?? "";
  const record = Number.parseInt(field("RecordNumber"), 16);
  const id = Number.parseInt(field("EventID"), 16);
  const at = new Date(field("TimeGenerated"));
  if (Number.isNaN(record) || Number.isNaN(id) || Number.isNaN(at.getTime())) return undefined;
  return {
    log,
    record,
    at,
    source: unquoted(field("SourceName")),
    id: id & 0xffff,
    level: LEVELS.find(([name]) => field("EventType").includes(name))?.[1] ?? "information",
    text: stringsOf(block).join("; "),
  };
}

const LEVELS = [
  ["ERROR", "error"],
  ["WARNING", "warning"],
  ["AUDIT", "audit"],
] as const;

function stringsOf(block: string): string[] {
  const lines = /^ {8}Strings: ARRAY\(\d+\)\n([^]*?)^ {8}Data +: /mu.exec(block)?.[1] ?? "";
  const strings = lines.split(/^ {12}Strings +: /mu).slice(1);
  return strings.map((text) => unquoted(text.replace(/\n$/u, "")));
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/gu, "");
}
