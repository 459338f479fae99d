import type { Recipient } from "../recipient.ts";
import type { Line } from "./lines.ts";
import { badDirectory } from "./problem.ts";

/** Column names understood, in lower case: a plain list's, and those of Exchange Administrator's directory export (Q185575). */
const NAME_COLUMNS = ["name", "display name"];
const ADDRESS_COLUMNS = ["address", "e-mail addresses", "e-mail address"];

/** True when a file's first line is a CSV header with a name and an address. */
export function isCsvHeader(line: string): boolean {
  const columns = splitCsv(line)?.map((column) => column.toLowerCase()) ?? [];
  return [NAME_COLUMNS, ADDRESS_COLUMNS].every((known) => columns.some((column) => known.includes(column)));
}

/**
 * The recipients in a CSV file with a header line. An address without a type is a PCM one; of several joined by `%`, as Exchange exports
 * them (Q188628), the MS one counts, else the first. Throws `USAGE` with file and line for a row without a name or an address.
 */
export async function* recipientsInCsv(file: string, batches: AsyncIterable<Line[]>): AsyncGenerator<Recipient> {
  let columns: { name: number; address: number } | undefined;
  let open: Line | undefined;
  for await (const lines of batches) {
    for (const next of lines) {
      const line: Line = open === undefined ? next : { number: open.number, text: `${open.text}\n${next.text}` };
      const cells = splitCsv(line.text);
      open = cells === undefined ? line : undefined;
      if (cells === undefined || line.text.trim() === "") continue;
      if (columns === undefined) columns = findColumns(cells);
      else yield recipient(file, line, cells[columns.name] ?? "", cells[columns.address] ?? "");
    }
  }
  if (open !== undefined) throw badDirectory(file, open, "a quotation mark is never closed");
}

function findColumns(header: string[]): { name: number; address: number } {
  const find = (known: string[]): number => header.findIndex((column) => known.includes(column.toLowerCase()));
  return { name: find(NAME_COLUMNS), address: find(ADDRESS_COLUMNS) };
}

function recipient(file: string, line: Line, name: string, addresses: string): Recipient {
  const all = addresses
    .split("%")
    .map((text) => text.trim())
    .filter((text) => text !== "");
  const address = all.find((text) => /^ms:/iu.test(text)) ?? all[0];
  if (name === "" || address === undefined) throw badDirectory(file, line, "no name, or no address behind it");
  const oneLine = name.replace(/\s+/gu, " ");
  const typed = /^([a-z][a-z0-9]*):(.*)$/iu.exec(address);
  const type = typed?.[1]?.toLowerCase() ?? "pcm";
  // Exchange's own spelling of a PCM address is MS (Q151782).
  return { name: oneLine, address: `${type === "ms" ? "pcm" : type}:${typed?.[2] ?? address}` };
}

/** The cells of one row; `undefined` when a quoted cell goes on in the next line. */
function splitCsv(line: string): string[] | undefined {
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (character === '"' && quoted && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  return quoted ? undefined : [...cells, cell.trim()];
}
