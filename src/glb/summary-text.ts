import type { CodePageGuess } from "./infer/code-page-guess.ts";
import type { LayoutFinding } from "./infer/infer-layout.ts";
import type { Summary } from "./summary-model.ts";

/** Who seems to have written a list. */
export interface Producer {
  readonly name: "Exchange" | "MS Mail" | "unknown";
  readonly reason: string;
}

/** A summary with what was found out about how to read the file. */
export interface Inside {
  readonly summary: Summary;
  readonly layout: LayoutFinding;
  readonly codePage: CodePageGuess;
}

/** The producer by the spelling of address types: Exchange writes `pcm:`, MS Mail `PCM:` (Q157712). */
export function guessProducer(summary: Pick<Summary, "pcm">): Producer {
  const { upper, lower } = summary.pcm;
  if (upper + lower === 0) return { name: "unknown", reason: "no PCM address to judge by" };
  if (upper > 0 && lower > 0)
    return { name: "unknown", reason: `address types in both cases (${upper} PCM, ${lower} pcm)` };
  return upper > 0
    ? { name: "MS Mail", reason: "address types in upper case (Q157712)" }
    : { name: "Exchange", reason: "address types in lower case (Q157712)" };
}

/** `IMPSEQ 3, REQSEQ 17, SRVSEQ 80`, or that none were found. */
export function headerText({ header }: Pick<Summary, "header">): string {
  if (header === undefined) return "no header numbers found";
  return `IMPSEQ ${header.impSeq}, REQSEQ ${header.reqSeq}, SRVSEQ ${header.srvSeq}`;
}

/** One line: `1,234 records: 1,200 addresses in 12 lists; IMPSEQ 3, REQSEQ 17, SRVSEQ 80`. */
export function summaryLine(summary: Summary): string {
  const addresses = count(summary.kinds.add, "address", "addresses");
  return `${count(summary.records, "record")}: ${addresses} in ${count(summary.lists.length, "list")}; ${headerText(summary)}`;
}

/** The summary as plain data for `--json`. */
export function summaryFacts({ summary, layout, codePage }: Inside): Record<string, unknown> {
  return {
    readable: true,
    size: summary.end.size,
    header: summary.header ?? null,
    records: summary.records,
    kinds: summary.kinds,
    lists: summary.lists.length,
    templates: summary.lists.filter(({ template }) => template).length,
    templateData: summary.templateData,
    types: Object.fromEntries(addressTypes(summary)),
    problems: Object.fromEntries(summary.problems.map(({ message, count }) => [message, count])),
    faults: Object.fromEntries(summary.faults.map(({ what, count }) => [what, count])),
    damage: { places: summary.damage.count, bytes: summary.damage.bytes },
    producer: guessProducer(summary).name,
    layout: { confidence: layout.confidence, reasons: layout.reasons, unexplained: layout.unexplained },
    codePage: codePage.codePage,
    codePageReason: codePage.reason,
    codePageRivals: codePage.rivals,
  };
}

/** Addresses by type, upper case, in the order of the file. */
export function addressTypes(summary: Summary): Map<string, number> {
  const types = new Map<string, number>();
  for (const { type, adds } of summary.lists) types.set(type, (types.get(type) ?? 0) + adds);
  return types;
}

/** `1,234 records`, `1 record`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
