import type { RunContext } from "../../context.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import type { ImportRequest } from "../request.ts";
import type { PostofficeState } from "../snapshot/state.ts";
import { findLists } from "../verdict/lists.ts";

/**
 * Without extracts, says what files alone tell: the lists that stand here and are replaced, with the addresses in them now and in the master list.
 * Which addresses exist only here cannot be known so, and that is said too (Q105125, Q96060).
 */
export async function tellRisk(
  { lists }: ImportRequest,
  { reporter }: RunContext,
  postoffice: Postoffice,
  before: PostofficeState,
): Promise<void> {
  const unknown = "Which addresses exist only here cannot be known without --keep-local.";
  const replaced = (await findLists(postoffice, lists ?? [], before, before)).filter(({ entries = 0 }) => entries > 0);
  if (lists !== undefined && replaced.length === 0) return;
  const shown = replaced
    .slice(0, 20)
    .map(({ list, entries, addresses }) => `- ${list}: ${entries} now, ${addresses} in the new list`);
  const more = replaced.length > 20 ? [`- and ${replaced.length - 20} more`] : [];
  const text =
    lists === undefined
      ? `The master list could not be read: which lists it replaces is not known. ${unknown}`
      : [`The import replaces ${replaced.length} lists that stand here. ${unknown}`, ...shown, ...more].join("\n");
  reporter.emit({
    type: "note",
    text: `${text}\nAddresses that were defined here and that the DSS does not know are lost with a list that is replaced (Q105125).`,
    facts: { replaced: replaced.map(({ list }) => list) },
  });
}
