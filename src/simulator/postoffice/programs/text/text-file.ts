import { createWriteStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { decodeText, encodeText } from "../../records/text.ts";
import { stopFinished, type ImportRun } from "../run.ts";

/** The text of the `-f` file in code page 850. A file that cannot be read is Error 56 (Q96002). */
export function readTextFile(run: ImportRun): string {
  try {
    return decodeText(readFileSync(run.options.file ?? ""));
  } catch {
    run.log.message("Error", 56, run.options.file);
    throw stopFinished();
  }
}

/** Writes the lines to the `-f` file, code page 850, CR LF. A file that cannot be written is Error 57 (Q96002). */
export async function writeTextFile(run: ImportRun, groups: readonly Iterable<string>[]): Promise<void> {
  try {
    await pipeline(chunks(groups), createWriteStream(run.options.file ?? ""));
  } catch {
    run.log.message("Error", 57, run.options.file);
    throw stopFinished();
  }
}

function* chunks(groups: readonly Iterable<string>[]): Generator<Buffer> {
  let text = "";
  for (const group of groups) {
    for (const line of group) {
      text += `${line}\r\n`;
      if (text.length < 65_536) continue;
      yield encodeText(text);
      text = "";
    }
  }
  yield encodeText(text);
}
