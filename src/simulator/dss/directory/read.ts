import { closeSync, openSync, readSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../../errors.ts";
import { listOfAddress, type Recipient, type RecipientList } from "../recipient.ts";
import { readJson, writeJson } from "../store.ts";
import { isCsvHeader, recipientsInCsv } from "./csv.ts";
import { recipientsInImportText } from "./import-text.ts";
import { textLines, type Line } from "./lines.ts";

/** A list kept in a folder: its name and the file with its recipients. */
interface KeptList {
  readonly list: string;
  readonly file: string;
  readonly entries: number;
}

/** Characters held back before they are written to the lists' files: memory stays the same however long the directory is. */
const BUFFERED = 4_000_000;
const CHUNK = 262_144;

/** The recipients in a directory file, import text or CSV by its first line. Throws `USAGE` for what it cannot read. */
export async function* recipientsIn(file: string): AsyncGenerator<Recipient> {
  const lines = textLines(file);
  const first = await firstBatch(lines);
  const all = followedBy(first, lines);
  const header = first.find((line) => line.text.trim() !== "")?.text ?? "";
  yield* isCsvHeader(header) ? recipientsInCsv(file, all) : recipientsInImportText(file, all);
}

/**
 * Sorts recipients by list into `folder`, a file a list, in the order in which lists and names first appear. Lists are the same in any
 * case. Returns the number of recipients.
 */
export async function keepLists(recipients: AsyncIterable<Recipient>, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const lists = new Map<string, { list: string; file: string; entries: number; text: string }>();
  let buffered = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    for (const kept of lists.values()) {
      if (kept.text !== "") await appendFile(join(folder, kept.file), kept.text);
      kept.text = "";
    }
    buffered = 0;
  };
  for await (const { name, address } of recipients) {
    const list = listOfAddress(address);
    const key = list.toUpperCase();
    const kept = lists.get(key) ?? {
      list,
      file: `${String(lists.size + 1).padStart(5, "0")}.txt`,
      entries: 0,
      text: "",
    };
    lists.set(key, kept);
    const line = `${name}\t${address}\n`;
    kept.text += line;
    kept.entries += 1;
    total += 1;
    buffered += line.length;
    if (buffered > BUFFERED) await flush();
  }
  await flush();
  const index: KeptList[] = [...lists.values()].map(({ list, file, entries }) => ({ list, file, entries }));
  await writeJson(join(folder, "lists.json"), index);
  return total;
}

/** The lists that `keepLists` has put into `folder`. */
export async function keptLists(folder: string): Promise<RecipientList[]> {
  const index = await readJson<KeptList[]>(join(folder, "lists.json"));
  return index.map(({ list, file }) => ({ list, recipients: keptRecipients(join(folder, file)) }));
}

function keptRecipients(file: string): Iterable<Recipient> {
  return {
    *[Symbol.iterator]() {
      for (const line of utf8Lines(file)) {
        const tab = line.lastIndexOf("\t");
        yield { name: line.slice(0, tab), address: line.slice(tab + 1) };
      }
    },
  };
}

/** The lines of a file of our own, each ended by LF. */
function* utf8Lines(file: string): Generator<string> {
  const chunk = Buffer.alloc(CHUNK);
  const decoder = new TextDecoder();
  const handle = openSync(file, "r");
  try {
    let rest = "";
    for (let size = readSync(handle, chunk); size > 0; size = readSync(handle, chunk)) {
      const lines = (rest + decoder.decode(chunk.subarray(0, size), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    closeSync(handle);
  }
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
