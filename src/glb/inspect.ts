import type { CodePage } from "./code-page.ts";
import { csvText } from "./formats/csv.ts";
import { htmlPage } from "./formats/html.ts";
import { importText } from "./formats/import-text.ts";
import { inspectItems, type InspectedItems, type Selection } from "./formats/inspected.ts";
import { recordsJson } from "./formats/json.ts";
import { ldifText } from "./formats/ldif.ts";
import { listqText } from "./formats/listq.ts";
import { plainRecord } from "./formats/plain-record.ts";
import { recordsTable } from "./formats/records-table.ts";
import { vcardText } from "./formats/vcard.ts";
import { refuseForeign } from "./foreign.ts";
import { readMasterList, type MasterList, type Unreadable } from "./master-list.ts";
import { openOffered } from "./open-file.ts";
import type { Inside } from "./summary-text.ts";
import { summarize } from "./summary.ts";

/** The formats in which records can be written. */
export const RECORD_FORMATS = ["table", "json", "csv", "listq", "text", "ldif", "vcard"] as const;

export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** What is wanted of a file. */
export interface InspectOptions {
  /** Default: guessed. */
  readonly codePage?: CodePage | undefined;
  readonly signal?: AbortSignal;
}

/** Which records, and how. */
export interface RecordOptions extends InspectOptions, Selection {
  readonly format: RecordFormat;
  /** Columns of the terminal, for the table. */
  readonly width?: number;
  /** A byte order mark in front of CSV. */
  readonly bom?: boolean;
  /** The entry under which LDIF hangs all others. */
  readonly base?: string | undefined;
}

/** Opens a local file as a master list. Throws `FILE_NOT_USABLE` for what certainly is none; a cut-off or damaged one is read as far as it goes. */
export async function openMasterList(path: string, options: InspectOptions): Promise<MasterList | Unreadable> {
  const file = await openOffered(path, options.signal);
  return readMasterList(refuseForeign(file.bytes, path), options);
}

/** Reads a file to its end and gives all there is to tell about it, or why nothing can be read. */
export async function inspectMasterList(path: string, options: InspectOptions): Promise<Inside | Unreadable> {
  const list = await openMasterList(path, options);
  if (list.finding === undefined) return list;
  return { summary: await summarize(list), layout: list.finding, codePage: list.codePage };
}

/** The records of an opened list in a format, as texts to be written one after the other. */
export function recordTexts(list: MasterList, options: RecordOptions): AsyncGenerator<string> {
  const items = inspectItems(list, options);
  return FORMATS[options.format](items, options);
}

/** A page about a file that was inspected; reads its records once more. */
export async function* masterListPage(
  path: string,
  title: string,
  inside: Inside,
  options: InspectOptions & Selection,
): AsyncGenerator<string> {
  const list = await openMasterList(path, options);
  if (list.finding !== undefined) yield* htmlPage(inside, inspectItems(list, options), { title });
}

/** The records of an opened list as plain data. */
export async function recordData(list: MasterList, selection: Selection): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = [];
  for await (const batch of inspectItems(list, selection)) {
    for (const item of batch) records.push(item.kind === "record" ? { ...plainRecord(item) } : { ...item });
  }
  return records;
}

const FORMATS: Record<RecordFormat, (items: InspectedItems, options: RecordOptions) => AsyncGenerator<string>> = {
  table: recordsTable,
  json: recordsJson,
  csv: csvText,
  listq: listqText,
  text: importText,
  ldif: ldifText,
  vcard: vcardText,
};
