import type { CodePage } from "./code-page.ts";
import { ResyncError } from "../errors.ts";
import { looksLikeImportText, refuseForeign } from "./foreign.ts";
import { masterListChanges, tellTransaction, type ChangeSource } from "./list-changes.ts";
import { readMasterList } from "./master-list.ts";
import { openOffered } from "./open-file.ts";
import { readImportText } from "./texts/import-text.ts";

/** One side of a comparison. */
export interface DiffSource {
  readonly kind: "master list" | "import text";
  readonly changes: ChangeSource;
}

export interface DiffSourceOptions {
  /** Default: guessed. */
  readonly codePage?: CodePage | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Opens a file to compare: a master list, or an import text such as IMPORT -x extracts from a postoffice. Throws `FILE_NOT_USABLE` for anything
 * else, for a master list that cannot be read and, while it tells its changes, for one that is cut off or damaged and for lines of a text that
 * are no transactions: a comparison with half a list misleads.
 */
export async function openDiffSource(path: string, options: DiffSourceOptions = {}): Promise<DiffSource> {
  const file = await openOffered(path, options.signal);
  if (await looksLikeImportText(path)) {
    return { kind: "import text", changes: textChanges(file.bytes, path, options.codePage) };
  }
  const list = await readMasterList(refuseForeign(file.bytes, path), { codePage: options.codePage });
  if (list.finding === undefined) throw notComparable(path, list.why);
  const changes = masterListChanges(list, (damage) => {
    throw notComparable(path, `${damage.length} bytes from byte ${damage.offset} on are no record (${damage.why})`);
  });
  return { kind: "master list", changes };
}

function textChanges(bytes: AsyncIterable<Uint8Array>, path: string, codePage: CodePage | undefined): ChangeSource {
  return async (to) => {
    for await (const batch of readImportText(bytes, codePage)) {
      for (const { line, transaction } of batch) {
        if (transaction.kind === "unknown") throw notComparable(path, `line ${line} is no transaction`);
        tellTransaction(transaction, to);
      }
    }
  };
}

function notComparable(path: string, why: string): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `${path} cannot be compared: ${why}.`,
    hint: "Look at it with resync inspect. To compare what can be read of it, write that out with resync inspect --format text.",
    facts: { path, why },
  });
}
