import type { LogEntry } from "./line.ts";
import { MESSAGES } from "./messages.ts";
import type { Weight } from "./message.ts";

/**
 * Weighs one line. A Fatal line is a failure whatever its number; a Warning is at most a warning, but for 90, which says that a
 * transaction was not processed (Q134228); an Error weighs what its message weighs.
 */
export function weigh(entry: LogEntry): Weight {
  const known = entry.number === undefined ? undefined : MESSAGES.get(entry.number)?.afterResync;
  switch (entry.severity) {
    case "Fatal":
      return "failure";
    case "Error":
      return known ?? "unclear";
    case "Warning":
      return known === "failure" && entry.number === 90 ? "failure" : known === "normal" ? "normal" : "warning";
    case "Status":
      return known === "failure" ? "failure" : "normal";
    case "unknown":
      return known ?? "unclear";
  }
}
