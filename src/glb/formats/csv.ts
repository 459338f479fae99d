import type { InspectedItems } from "./inspected.ts";
import { plainRecord, type PlainRecord } from "./plain-record.ts";

/** How CSV is written. */
export interface CsvOptions {
  /** For spreadsheets: a byte order mark in front, so that they take the text for UTF-8, and an apostrophe before texts that they would compute. */
  readonly bom?: boolean;
}

const COLUMNS: readonly (keyof PlainRecord)[] = [
  "sync",
  "date",
  "kind",
  "type",
  "network",
  "postoffice",
  "mailbox",
  "name",
  "address",
  "newName",
  "newAddress",
  "details",
  "text",
  "problems",
  "fault",
  "offset",
];

/** What makes a spreadsheet compute a cell; a directory's names come from anywhere. */
const FORMULA = /^[=+\-@\t\r]/u;

/** Records as CSV (RFC 4180, CR LF, a head line), one a row, to be written as UTF-8. Damaged places are rows of kind `damage`. */
export async function* csvText(items: InspectedItems, options: CsvOptions = {}): AsyncGenerator<string> {
  const forSpreadsheet = options.bom === true;
  const text = (value: string) => (forSpreadsheet && FORMULA.test(value) ? `'${value}` : value);
  const cell = (value: string | number | null | undefined): string => {
    if (typeof value !== "string") return value === null || value === undefined ? "" : String(value);
    return quoted(text(value));
  };
  yield `${forSpreadsheet ? "\ufeff" : ""}${COLUMNS.join(",")}\r\n`;
  for await (const batch of items) {
    let lines = "";
    for (const item of batch) {
      const row: Partial<Record<keyof PlainRecord, string | number | null>> =
        item.kind === "record"
          ? plainRecord(item)
          : { kind: "damage", offset: item.offset, fault: `${item.why} (${item.length} bytes)` };
      lines += `${COLUMNS.map((column) => cell(row[column])).join(",")}\r\n`;
    }
    yield lines;
  }
}

function quoted(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
