import { formatAddress } from "../address.ts";
import { formatTransaction, type Entry, type Transaction } from "../transaction.ts";
import type { InspectedItems } from "./inspected.ts";

/**
 * Records as import text that IMPORT -f takes: fixed columns, as IMPORT -x writes them (name in 3–32, address from 34: Q104869), lines
 * ended by CR LF. What is no transaction (headers, remarks, damage) is left out. To be written in the postoffice's code page.
 */
export async function* importText(items: InspectedItems): AsyncGenerator<string> {
  for await (const batch of items) {
    let lines = "";
    for (const item of batch) if (item.kind === "record") lines += importLines(item.transaction);
    yield lines;
  }
}

/** One transaction as lines of import text, each ended by CR LF; empty for what is none. */
export function importLines(transaction: Transaction): string {
  switch (transaction.kind) {
    case "add":
    case "delete":
    case "modify": {
      const [first = "", ...rest] = formatTransaction(transaction).split("\r\n");
      const second =
        transaction.kind === "modify" && transaction.to !== undefined ? [columns("  ", transaction.to)] : [];
      return [columns(first.slice(0, 2), transaction.entry), ...second, ...rest.slice(second.length), ""].join("\r\n");
    }
    case "replace":
    case "template":
      return `${formatTransaction(transaction)}\r\n`;
    case "comment":
    case "header":
    case "unknown":
      return "";
  }
}

const NAME_COLUMNS = 30;

/** A name too long for its columns is parted from the address by a tab, so that nothing of it is lost. */
function columns(code: string, { name, address }: Entry): string {
  if (address === undefined) return `${code}${name}`;
  const parted = name.length > NAME_COLUMNS ? `${name}\t` : `${name.padEnd(NAME_COLUMNS)} `;
  return `${code}${parted}${formatAddress(address)}`;
}
