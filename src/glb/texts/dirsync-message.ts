import { parseTransaction, type Transaction } from "../transaction.ts";

/** A dirsync message or its attachment, as foreign requestors exchange them with a server (Q118298, Q106623). */
export interface DirsyncMessage {
  /** The keys above the transactions, in upper case: `TASK`, `NAME`, `TYPES`, `SRVSEQ` … */
  readonly keys: Readonly<Record<string, string>>;
  readonly transactions: readonly DirsyncTransaction[];
}

/** One numbered transaction of a message. */
export interface DirsyncTransaction {
  readonly sync: number;
  readonly transaction: Transaction;
  /** True when the line has no code letter, as in the printed sample; it is then taken for an add. */
  readonly codeMissing: boolean;
}

/** Reads a message body or attachment. Lines that are neither keys, sections, transactions nor their details are passed over. */
export function parseDirsyncMessage(text: string): DirsyncMessage {
  const keys: Record<string, string> = {};
  const found: { sync: number; lines: string[]; codeMissing: boolean }[] = [];
  for (const line of text.split(/\r?\n/u)) {
    const [, sync, rest] = /^(\d{1,10})[ \t](.+)$/u.exec(line) ?? [];
    const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/u.exec(line) ?? [];
    if (rest !== undefined) {
      const codeMissing = !HAS_CODE.test(rest);
      found.push({ sync: Number(sync), lines: [codeMissing ? `A ${rest}` : rest], codeMissing });
    } else if (/^[- \t]/u.test(line)) found.at(-1)?.lines.push(line);
    else if (key !== undefined && found.length === 0) keys[key.toUpperCase()] = (value ?? "").trim();
  }
  return {
    keys,
    transactions: found.map(({ sync, lines, codeMissing }) => ({
      sync,
      codeMissing,
      transaction: parseTransaction(lines.join("\r\n")),
    })),
  };
}

/** A code letter, and behind it the name of a list, or a name and an address: `A PCM:…` alone would be a person called A. */
const HAS_CODE = /^(?:[RT][ \t]+\S+:|[ADM][ \t]+\S.*[ \t]\S+:)/u;
