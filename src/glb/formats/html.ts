import { addressTypes, count, guessProducer, headerText, type Inside } from "../summary-text.ts";
import type { ProblemSummary } from "../summary.ts";
import { listWarnings } from "../warnings.ts";
import { chartSection } from "./html-chart.ts";
import { escapeHtml, htmlTable, pageHead, scriptJson, section } from "./html-page.ts";
import { PAGE_SCRIPT, RECORDS_SECTION } from "./html-script.ts";
import type { InspectedItem, InspectedItems } from "./inspected.ts";
import { plainRecord, stampText } from "./plain-record.ts";

/** How the page is made. */
export interface HtmlOptions {
  /** The file's name, for the title. */
  readonly title: string;
  /** Above so many lines of the chart, lists are folded away under their networks. Default 40. */
  readonly lines?: number;
}

/**
 * One self-contained page about a master list: its numbers, what is to be known, a chart of addresses by network and postoffice, problems,
 * and a table of records that can be searched. Works offline and loads nothing.
 */
export async function* htmlPage(inside: Inside, items: InspectedItems, options: HtmlOptions): AsyncGenerator<string> {
  const { title, lines = 40 } = options;
  yield `${pageHead(`${title} – master list`)}
<h1>${escapeHtml(title)}</h1>
${numbersSection(inside)}${warningsSection(inside)}${chartSection(inside.summary.lists, lines)}${problemsSection(inside)}${RECORDS_SECTION}
</main>
<script type="application/json" id="records">[`;
  let before = "";
  for await (const batch of items) {
    let rows = "";
    for (const item of batch) {
      rows += before + scriptJson(recordValues(item));
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

/** The values of `RECORD_COLUMNS`. */
function recordValues(item: InspectedItem): readonly (string | number | null)[] {
  if (item.kind === "damage") {
    return [null, "damage", "", "", `${item.length} bytes from byte ${item.offset} on`, item.why];
  }
  const { sync, kind, name, address, newName, newAddress, details, text, problems, fault } = plainRecord(item);
  const renamed = newName === "" ? [] : [`now: ${newName} ${newAddress}`];
  const told = [...renamed, details || text].filter((line) => line !== "").join("\n");
  return [sync, kind, name, address, told, [problems, fault].filter((line) => line !== "").join("\n")];
}

function numbersSection({ summary, layout, codePage }: Inside): string {
  const producer = guessProducer(summary);
  const { damage, sync, stamp, kinds } = summary;
  const counted = Object.entries(kinds).flatMap(([kind, times]) =>
    times > 0 ? [`${kind} ${times.toLocaleString("en")}`] : [],
  );
  const rows: [string, string][] = [
    ["Header", headerText(summary)],
    ["Records", `${summary.records.toLocaleString("en")}: ${counted.join(", ")}`],
    ["Addresses", [...addressTypes(summary)].map(([type, adds]) => `${type} ${adds.toLocaleString("en")}`).join(", ")],
    ["Lists", summary.lists.length.toLocaleString("en")],
    ["Sync numbers", sync === undefined ? "not found" : `${sync.first} to ${sync.last}`],
    ["Date stamps", stamp === undefined ? "not found" : `${stampText(stamp.first)} to ${stampText(stamp.last)}`],
    ["Written by", `${producer.name}: ${producer.reason}`],
    ["Damage", damage.count === 0 ? "none found" : `${count(damage.bytes, "byte")} in ${count(damage.count, "place")}`],
  ];
  const reading: [string, string][] = [
    ["Code page", `${codePage.codePage}: ${codePage.reason}`],
    ["Layout", `${layout.confidence} confidence: ${layout.reasons.join("; ")}`],
    ["Unexplained", layout.unexplained.join("; ") || "nothing"],
  ];
  const folded = `<details><summary>How the file was read</summary>\n${definitions(reading)}\n</details>`;
  return section("Numbers", definitions(rows) + folded);
}

function definitions(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<dl>\n${cells.join("\n")}\n</dl>`;
}

function warningsSection(inside: Inside): string {
  const warnings = listWarnings(inside);
  if (warnings.length === 0) return section("To be known", "<p>IMPORT will take every transaction as it is.</p>");
  const lines = warnings.map(({ text, hint, reference }) => {
    const source = reference === undefined ? "" : ` (${reference})`;
    return `<li>${escapeHtml(text + source)}${hint === undefined ? "" : `<br><small>${escapeHtml(hint)}</small>`}</li>`;
  });
  return section("To be known", `<ul>\n${lines.join("\n")}\n</ul>`);
}

/** Where the first problems of each sort stand; the table of records has all of them. */
function problemsSection({ summary }: Inside): string {
  if (summary.problems.length === 0) return "";
  return section("Problems", summary.problems.map((problem) => problemDetails(problem)).join("\n"));
}

function problemDetails({ message, count: times, examples }: ProblemSummary): string {
  const rows = examples.map(({ offset, sync, text, problem }) =>
    [String(offset), String(sync ?? ""), problem.text, text].map((cell) => escapeHtml(cell)),
  );
  const more = times > examples.length ? `; the first ${examples.length}` : "";
  const name = message === 0 ? "Without a message of IMPORT's" : `IMPORT message ${message}`;
  const table = htmlTable(["Byte", "Sync", "What", "Transaction"], rows, "findings");
  return `<details><summary>${name}: ${count(times, "time")}${more}</summary>\n${table}\n</details>`;
}
