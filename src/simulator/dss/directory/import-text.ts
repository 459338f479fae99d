import { parseTransaction } from "../../../glb/transaction.ts";
import type { Recipient } from "../recipient.ts";
import type { Line } from "./lines.ts";
import { badDirectory } from "./problem.ts";

/**
 * The recipients in MS Mail's import text, as IMPORT -x writes it: `A` lines. Comments, `R` lines and templates are passed over: the
 * DXA names the lists itself, and whether templates get into a DXA-made file is undocumented. Throws `USAGE` with file and line for
 * a delete, a modify, an entry without an address and anything else.
 */
export async function* recipientsInImportText(file: string, batches: AsyncIterable<Line[]>): AsyncGenerator<Recipient> {
  for await (const lines of batches) {
    for (const line of lines) {
      // Lines that carry on belong to a transaction before them: template data and fields, the second line of a modify.
      if (line.text.trim() === "" || /^[-#RT \t]/u.test(line.text)) continue;
      const transaction = parseTransaction(line.text);
      if (transaction.kind !== "add") throw badDirectory(file, line, "only A lines can be part of a directory");
      const { name, address } = transaction.entry;
      if (name === "" || address === undefined) throw badDirectory(file, line, "no name, or no address behind it");
      yield { name, address: `${address.type.toLowerCase()}:${address.value}` };
    }
  }
}
