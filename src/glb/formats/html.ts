import { addressTypes, count, guessProducer, headerText, type Inside } from "../summary-text.ts";
import type { ListSummary } from "../summary.ts";
import { escapeHtml, PAGE_SCRIPT, pageHead, scriptJson } from "./html-page.ts";
import type { InspectedItems } from "./inspected.ts";
import { plainRecord } from "./plain-record.ts";

/** How the page is made. */
export interface HtmlOptions {
  /** The file's name, for the title. */
  readonly title: string;
  /** Bars in the chart at the most; smaller lists are added up. Default 40. */
  readonly bars?: number;
}

/**
 * One self-contained page about a master list: its numbers, a chart of addresses by network and postoffice, problems, and a table of
 * records that can be searched. Works offline and loads nothing. `#q=TEXT` behind its address searches at once.
 */
export async function* htmlPage(inside: Inside, items: InspectedItems, options: HtmlOptions): AsyncGenerator<string> {
  const { title, bars = 40 } = options;
  yield `${pageHead(`${title} – master list`)}
<h1>${escapeHtml(title)}</h1>
${numbersSection(inside)}
${chartSection(inside.summary.lists, bars)}
${problemsSection(inside)}
${TABLE_SECTION}
</main>
<script type="application/json" id="records">[`;
  let before = "";
  for await (const batch of items) {
    let rows = "";
    for (const item of batch) {
      if (item.kind === "damage") continue;
      const { sync, kind, name, address, details, text, problems } = plainRecord(item);
      rows += before + scriptJson([sync, kind, name, address, details || text, problems]);
      before = ",\n";
    }
    yield rows;
  }
  yield `]</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

const TABLE_SECTION = `<section aria-labelledby="records-title">
<h2 id="records-title">Records</h2>
<p><label for="search">Search</label> <input id="search" type="search" autocomplete="off" spellcheck="false"> <output id="shown" for="search"></output></p>
<table>
<thead><tr><th scope="col">Sync</th><th scope="col">Kind</th><th scope="col">Name</th><th scope="col">Address</th><th scope="col">Details</th><th scope="col">Problems</th></tr></thead>
<tbody id="rows"></tbody>
</table>
<p><button id="more" type="button" hidden>Show more</button></p>
<noscript><p>The table needs JavaScript; the numbers above do not.</p></noscript>
</section>`;

function numbersSection({ summary, layout, codePage }: Inside): string {
  const producer = guessProducer(summary);
  const { damage } = summary;
  const rows: [string, string][] = [
    ["Header", headerText(summary)],
    ["Records", summary.records.toLocaleString("en")],
    ["Addresses", [...addressTypes(summary)].map(([type, adds]) => `${type} ${adds.toLocaleString("en")}`).join(", ")],
    ["Lists", summary.lists.length.toLocaleString("en")],
    ["Written by", `${producer.name}: ${producer.reason}`],
    ["Code page", `${codePage.codePage}: ${codePage.reason}`],
    ["Layout", `${layout.confidence} confidence: ${layout.reasons.join("; ")}`],
    ["Unexplained", layout.unexplained.join("; ") || "nothing"],
    ["Damage", damage.count === 0 ? "none found" : `${count(damage.bytes, "byte")} in ${count(damage.count, "place")}`],
  ];
  const cells = rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("\n");
  return `<section><h2>Numbers</h2><dl>\n${cells}\n</dl></section>`;
}

function chartSection(lists: readonly ListSummary[], most: number): string {
  const sorted = lists.filter(({ adds }) => adds > 0).toSorted((a, b) => b.adds - a.adds);
  const shown = sorted.slice(0, most).toSorted((a, b) => a.list.localeCompare(b.list));
  const rest = sorted.slice(most);
  const top = Math.max(1, sorted[0]?.adds ?? 0);
  const bars = shown.map(({ list, adds }) => bar(list, adds, top));
  if (rest.length > 0) {
    const others = rest.reduce((sum, { adds }) => sum + adds, 0).toLocaleString("en");
    bars.push(`<tr><th scope="row">${count(rest.length, "smaller list")}</th><td>${others}</td><td></td></tr>`);
  }
  return `<section><h2>Addresses by network and postoffice</h2><table class="chart"><tbody>\n${bars.join("\n")}\n</tbody></table></section>`;
}

function bar(list: string, adds: number, top: number): string {
  const width = Math.max(0.2, (adds / top) * 100).toFixed(1);
  const drawn = `<svg role="img" aria-label="${adds}" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width="${width}" height="8"/></svg>`;
  return `<tr><th scope="row">${escapeHtml(list)}</th><td>${adds.toLocaleString("en")}</td><td>${drawn}</td></tr>`;
}

function problemsSection({ summary }: Inside): string {
  if (summary.problems.length === 0) {
    return "<section><h2>Problems</h2><p>IMPORT will take every transaction.</p></section>";
  }
  const rows = summary.problems.map(({ message, count: times, examples: [first] }) => {
    const text = first === undefined ? "" : `${first.problem.text} (byte ${first.offset})`;
    return `<tr><td>${message}</td><td>${times.toLocaleString("en")}</td><td>${escapeHtml(text)}</td></tr>`;
  });
  return `<section><h2>Problems</h2><table><thead><tr><th scope="col">IMPORT message</th><th scope="col">Times</th><th scope="col">First</th></tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></section>`;
}
