import type { CodePage } from "./code-page.ts";
import { ResyncError } from "../errors.ts";
import { looksLikeImportText, refuseForeign } from "./foreign.ts";
import type { Transactions } from "./list-content.ts";
import { readMasterList, type MasterList } from "./master-list.ts";
import { openOffered } from "./open-file.ts";
import { readImportText } from "./texts/import-text.ts";
import { parseTransaction } from "./transaction.ts";

/** One side of a comparison. */
export interface DiffSource {
  readonly kind: "master list" | "import text";
  readonly transactions: Transactions;
}

export interface DiffSourceOptions {
  /** Default: guessed. */
  readonly codePage?: CodePage | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Opens a file to compare: a master list, or an import text such as IMPORT -x extracts from a postoffice. Throws `FILE_NOT_USABLE` for anything
 * else, for a master list that cannot be read and, while iterated, for one that is cut off or damaged: a comparison with half a list misleads.
 */
export async function openDiffSource(path: string, options: DiffSourceOptions = {}): Promise<DiffSource> {
  const file = await openOffered(path, options.signal);
  if (await looksLikeImportText(path)) {
    return { kind: "import text", transactions: textTransactions(file.bytes, options.codePage) };
  }
  const list = await readMasterList(refuseForeign(file.bytes, path), { codePage: options.codePage });
  if (list.finding === undefined) throw notComparable(path, list.why);
  return { kind: "master list", transactions: listTransactions(path, list) };
}

async function* textTransactions(bytes: AsyncIterable<Uint8Array>, codePage: CodePage | undefined) {
  for await (const batch of readImportText(bytes, codePage)) yield batch.map(({ transaction }) => transaction);
}

async function* listTransactions(path: string, list: MasterList) {
  for await (const batch of list.items()) {
    yield batch.map((item) => {
      if (item.kind === "record") return parseTransaction(item.text);
      throw notComparable(path, `${item.length} bytes from byte ${item.offset} on are no record (${item.why})`);
    });
  }
}

function notComparable(path: string, why: string): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `${path} cannot be compared: ${why}.`,
    hint: "Look at it with resync inspect. To compare what can be read of it, write that out with resync inspect --format text.",
    facts: { path, why },
  });
}
