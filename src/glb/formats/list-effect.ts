import type { ListSummary } from "../summary.ts";
import { count } from "../summary-text.ts";

/** What IMPORT does to one list, in words: `replaces the list, 2 deletes`. */
export function listEffect(list: Omit<ListSummary, "list" | "type" | "adds">): string {
  return [
    list.replaced ? "replaces the list" : "adds to the list",
    ...(list.template ? ["sets its template, wiping the template data there are"] : []),
    ...(list.deletes > 0 ? [count(list.deletes, "delete")] : []),
    ...(list.changes > 0 ? [count(list.changes, "change")] : []),
  ].join(", ");
}
