import iconv from "iconv-lite";
import { parseTransaction } from "../../glb/transaction.ts";

/** One line of an extract: `A alias TYPE:address`. */
export interface Extracted {
  /** The line as IMPORT wrote it, its bytes as latin1: it goes back byte for byte. */
  readonly line: string;
  /** `PCM:NET/PO`, `SMTP:`; upper case. */
  readonly list: string;
  /** The whole address in upper case: types and names go by no case (Q157712). */
  readonly key: string;
  /** The alias, for people. */
  readonly name: string;
}

/** Reads an extract, code page 850 (Q156063). `undefined` when a line is no A line: `-x` writes nothing else (Q132681), so the file is not whole. */
export function readExtract(bytes: Buffer): Extracted[] | undefined {
  const found: Extracted[] = [];
  for (const line of bytes
    .toString("latin1")
    .replace(/\u001a$/u, "")
    .split(/\r?\n/u)) {
    if (line.trim() === "") continue;
    const parsed = parseTransaction(iconv.decode(Buffer.from(line, "latin1"), "cp850"));
    if (parsed.kind !== "add" || parsed.entry.address === undefined) return undefined;
    const { name, address } = parsed.entry;
    const { type, value, path } = address;
    const list = path === undefined ? `${type}:` : `${type}:${path.network}/${path.postoffice}`;
    found.push({ line, list: list.toUpperCase(), key: `${type}:${value}`.toUpperCase(), name });
  }
  return found;
}

/** Those of `before` whose address is not in `after`, in their order. */
export function missingFrom(before: readonly Extracted[], after: readonly Extracted[]): Extracted[] {
  const there = new Set(after.map(({ key }) => key));
  return before.filter(({ key }) => !there.has(key));
}

/** The lines as an import text file: bytes as extracted, CR LF. */
export function importText(lines: readonly Extracted[]): Buffer {
  return Buffer.from(lines.map(({ line }) => `${line}\r\n`).join(""), "latin1");
}

/** How many of which list, in words: `PCM:NET/PO1 4, SMTP: 1`. */
export function byList(lines: readonly Extracted[]): string {
  const counts = new Map<string, number>();
  for (const { list } of lines) counts.set(list, (counts.get(list) ?? 0) + 1);
  return [...counts].map(([list, count]) => `${list} ${count}`).join(", ");
}
