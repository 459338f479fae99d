import { isUtf8 } from "node:buffer";
import { textCodec, type CodePage } from "../code-page.ts";
import { guessCodePage } from "../infer/code-page-guess.ts";
import { parseTransaction, type Transaction } from "../transaction.ts";

/** A transaction of an import text and the line it begins on, from 1. */
export interface TextTransaction {
  readonly line: number;
  readonly transaction: Transaction;
}

/**
 * The transactions of import text, as IMPORT -x writes it and IMPORT -f reads it, a batch a chunk: lines that begin with a blank, a tab or a
 * minus sign belong to the line above them (Q96001). Remarks and empty lines are passed over. Text in UTF-8 is read as such, other
 * text in `codePage` (guessed from the first chunk when not given).
 */
export async function* readImportText(
  source: AsyncIterable<Uint8Array>,
  codePage?: CodePage,
): AsyncGenerator<TextTransaction[]> {
  const joiner = transactionJoiner();
  let decode: ((bytes: Buffer) => string) | undefined;
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (end === 0) continue;
    decode ??= decoderFor(bytes.subarray(0, end), codePage);
    const lines = decode(bytes.subarray(0, end)).split("\n");
    for (const line of lines.slice(0, -1)) joiner.take(line.endsWith("\r") ? line.slice(0, -1) : line);
    yield joiner.done();
  }
  if (rest.length > 0) joiner.take((decode ?? decoderFor(rest, codePage))(rest).replace(/\r?\u001a?$/u, ""));
  joiner.take("");
  yield joiner.done();
}

/** Joins lines to transactions. */
function transactionJoiner() {
  let line = 0;
  let open: { line: number; lines: string[] } | undefined;
  let batch: TextTransaction[] = [];
  return {
    take(text: string): void {
      line++;
      const isEmpty = text.trim() === "" || text === "\u001a";
      if (open !== undefined && !isEmpty && /^[-\t ]/u.test(text)) {
        open.lines.push(text);
        return;
      }
      if (open !== undefined) {
        batch.push({ line: open.line, transaction: parseTransaction(open.lines.join("\r\n")) });
      }
      open = isEmpty || text.startsWith("#") ? undefined : { line, lines: [text] };
    },
    done(): TextTransaction[] {
      const done = batch;
      batch = [];
      return done;
    },
  };
}

function decoderFor(bytes: Buffer, codePage: CodePage | undefined): (bytes: Buffer) => string {
  if (codePage === undefined && isUtf8(bytes)) return (part) => part.toString("utf8").replace(/^\ufeff/u, "");
  const codec = textCodec(codePage ?? guessCodePage(lineBytes(bytes)).codePage);
  return (part) => codec.decode(part, 0, part.length);
}

function* lineBytes(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    yield bytes.subarray(at, end < 0 ? bytes.length : end);
    if (end < 0) return;
    at = end + 1;
  }
}
