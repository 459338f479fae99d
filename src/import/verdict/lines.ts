import type { LogEntry, LogLine } from "../dirsync-log/line.ts";
import type { Weight } from "../dirsync-log/message.ts";
import { MESSAGES } from "../dirsync-log/messages.ts";
import { weigh } from "../dirsync-log/weight.ts";
import type { Reason } from "./verdict.ts";

/**
 * What the lines of a program say, one reason for each message: `Warning 90 … (412 times)`. Status lines that mean nothing give none; lines of
 * no documented form give a warning.
 */
export function judgeLines(lines: readonly LogLine[], weighEntry: (entry: LogEntry) => Weight = weigh): Reason[] {
  const groups = new Map<string, { entry: LogEntry; weight: Weight; count: number }>();
  let above: LogEntry | undefined;
  for (const { entry } of lines) {
    if (entry === undefined) continue;
    // Un-numbered lines of the same severity go on with the message above them (Q148705).
    const goesOn = entry.number === undefined && entry.severity !== "Status" && entry.severity === above?.severity;
    above = entry;
    const weight = weighEntry(entry);
    if (goesOn || weight === "normal") continue;
    const key = `${entry.severity} ${entry.number ?? entry.text}`;
    const group = groups.get(key) ?? { entry, weight, count: 0 };
    groups.set(key, { ...group, count: group.count + 1 });
  }
  const unknown = lines.filter(({ entry }) => entry === undefined);
  const unworded = lines.filter(({ entry }) => entry?.worded === false);
  return [
    ...[...groups.values()].map(asReason),
    ...unworded.slice(0, 1).map(() => withoutWords(unworded.length)),
    ...unknown.slice(0, 1).map(({ raw }) => unknownLine(raw, unknown.length)),
  ];
}

function asReason({ entry, weight, count }: { entry: LogEntry; weight: Weight; count: number }): Reason {
  const message = entry.number === undefined ? undefined : MESSAGES.get(entry.number);
  const named = [entry.severity === "unknown" ? "Message" : entry.severity, entry.number ?? ""].join(" ").trim();
  const often = count > 1 ? ` (${count} times)` : "";
  const words = entry.text || (message?.text ?? "");
  return {
    id: entry.number === undefined ? "message" : `message-${entry.number}`,
    weight: weight === "normal" ? "good" : weight,
    text: `${named}${often}: ${words}${message ? ` — ${message.meaning}` : ""}`,
    article: message?.articles.join(", "),
    remedy: message?.remedy,
  };
}

function withoutWords(count: number): Reason {
  return {
    id: "no-words",
    weight: "unclear",
    text: `The texts of ${count === 1 ? "a message" : `${count} messages`} could not be found: what they say is not known.`,
    article: "Q130064",
    remedy: "Copy DS_MSG.GLB into GLB from the disks of the installed version.",
  };
}

function unknownLine(raw: string, count: number): Reason {
  const others = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    id: "unknown-line",
    weight: "warning",
    text: `The log gained a line of no documented form: "${raw.slice(0, 120)}"${others}`,
    article: undefined,
    remedy: undefined,
  };
}
