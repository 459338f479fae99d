import type { ListDiff, MasterListDiff } from "../diff.ts";
import { count } from "../summary-text.ts";
import { differs } from "./diff-text.ts";
import { escapeHtml, htmlTable, pageHead, section } from "./html-page.ts";

/** A comparison as one self-contained page; loads nothing. */
export function* diffPage(diff: MasterListDiff, titles: { readonly a: string; readonly b: string }): Generator<string> {
  const title = `${titles.a} → ${titles.b}`;
  yield `${pageHead(title)}
<h1>${escapeHtml(title)}</h1>
<p>What importing the second on top of the first does: ${count(diff.added, "entry", "entries")} added, ${diff.changed.toLocaleString("en")} changed, ${diff.removed.toLocaleString("en")} removed, ${diff.same.toLocaleString("en")} as before.</p>
`;
  for (const list of diff.lists) if (differs(list)) yield listSection(list);
  yield "</main></body></html>\n";
}

const STATES: Readonly<Record<ListDiff["state"], string>> = {
  both: "",
  new: "A new list.",
  untouched: "Not in the second: stays as it is.",
  local: "The postoffice's own users: passed over.",
};

function listSection({ list, state, added, changed, removed }: ListDiff): string {
  const rows = [
    ...added.map(({ name, address }) => row("added", name, address)),
    ...changed.map(({ before, after }) =>
      row("changed", arrow(before.name, after.name), arrow(before.address, after.address)),
    ),
    ...removed.map(({ name, address }) => row("removed", name, address)),
  ];
  const table = rows.length === 0 ? "" : htmlTable(["What", "Name", "Address"], rows);
  return section(list, `<p>${STATES[state]}</p>${table}`);
}

function arrow(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}

function row(what: string, name: string, address: string): string[] {
  return [what, escapeHtml(name), escapeHtml(address)];
}
