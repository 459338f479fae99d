import { ResyncError } from "../../../errors.ts";
import type { Recipient } from "../recipient.ts";
import { isCsvHeader, recipientsInCsv } from "./csv.ts";
import { recipientsInImportText } from "./import-text.ts";
import { textLines, type Line } from "./lines.ts";

/** The recipients in a directory file, import text or CSV by its first line. Throws `USAGE` for what it cannot read. */
export async function* recipientsIn(file: string): AsyncGenerator<Recipient> {
  const lines = textLines(file);
  const first = await firstBatch(lines);
  const all = followedBy(first, lines);
  const header = first.find((line) => line.text.trim() !== "")?.text ?? "";
  yield* isCsvHeader(header) ? recipientsInCsv(file, all) : recipientsInImportText(file, all);
}

async function firstBatch(lines: AsyncGenerator<Line[]>): Promise<Line[]> {
  try {
    const first = await lines.next();
    return first.done === true ? [] : first.value;
  } catch (error) {
    throw new ResyncError("USAGE", {
      message: `The directory file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      cause: error,
    });
  }
}

async function* followedBy(first: Line[], rest: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
  yield first;
  yield* rest;
}
