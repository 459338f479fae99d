import { formatAddress } from "../../address.ts";
import type { NamedAddress } from "../../transaction.ts";

/** Groups the lines of an import text file into transactions: every line that begins with no code belongs to the one before (Q104687). */
export function transactionsOf(text: string): string[] {
  const transactions: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/u)) {
    if (line.trim() === "") continue;
    if (/^[ADMRT#]/u.test(line) || transactions.length === 0) transactions.push(line);
    else transactions.push(`${transactions.pop() ?? ""}\r\n${line}`);
  }
  return transactions;
}

/** An A line in fixed columns: code in 1, name from 3, address from 34 (Q104869, Q132681). */
export function addLine({ alias, address }: NamedAddress): string {
  return `A ${alias.padEnd(30)} ${formatAddress(address)}`;
}

/** An A transaction as queue records have it, with a tab (Q96060). */
export function addRecord({ alias, address }: NamedAddress): string {
  return `A ${alias}\t${formatAddress(address)}`;
}
