import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { listOfAddress, type Recipient, type RecipientList } from "../recipient.ts";
import { readJson, writeJson } from "../store.ts";

/** A list kept in a folder: its name, and where in the file its recipients stand. A segment is an offset and a length in bytes. */
interface KeptList {
  readonly list: string;
  readonly segments: [number, number][];
}

/** Characters held back at most before they are written: memory stays the same however long the directory is. */
const HOLD = 8_000_000;

/**
 * Sorts recipients by list into `folder`, lists and names in the order in which they first appear. Lists are the same in any case; names
 * must hold no line end. One file for all lists, so that thousands of them cost no more than one. Returns the number of recipients.
 */
export async function keepLists(
  recipients: AsyncIterable<Recipient>,
  folder: string,
  hold: number = HOLD,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const lists = new Map<string, KeptList & { text: string }>();
  const file = await open(peopleFile(folder), "w");
  let written = 0;
  let buffered = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    const pieces: Buffer[] = [];
    for (const kept of lists.values()) {
      if (kept.text === "") continue;
      const piece = Buffer.from(kept.text);
      kept.text = "";
      kept.segments.push([written, piece.length]);
      written += piece.length;
      pieces.push(piece);
    }
    buffered = 0;
    await file.write(Buffer.concat(pieces));
  };
  try {
    for await (const { name, address } of recipients) {
      const list = listOfAddress(address);
      const key = list.toUpperCase();
      const kept = lists.get(key) ?? { list, segments: [], text: "" };
      lists.set(key, kept);
      const line = `${name}\t${address}\n`;
      kept.text += line;
      total += 1;
      buffered += line.length;
      if (buffered > hold) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  const index: KeptList[] = [...lists.values()].map(({ list, segments }) => ({ list, segments }));
  await writeJson(indexFile(folder), index);
  return total;
}

/** The lists that `keepLists` has put into `folder`. */
export async function keptLists(folder: string): Promise<RecipientList[]> {
  const index = await readJson<KeptList[]>(indexFile(folder));
  return index.map(({ list, segments }) => ({ list, recipients: keptRecipients(peopleFile(folder), segments) }));
}

function keptRecipients(file: string, segments: readonly [number, number][]): Iterable<Recipient> {
  return {
    *[Symbol.iterator]() {
      for (const [offset, length] of segments) {
        for (const line of readSegment(file, offset, length).split("\n")) {
          const tab = line.lastIndexOf("\t");
          if (line !== "") yield { name: line.slice(0, tab), address: line.slice(tab + 1) };
        }
      }
    },
  };
}

function readSegment(file: string, offset: number, length: number): string {
  const bytes = Buffer.alloc(length);
  const handle = openSync(file, "r");
  try {
    readSync(handle, bytes, 0, length, offset);
  } finally {
    closeSync(handle);
  }
  return bytes.toString("utf8");
}

function peopleFile(folder: string): string {
  return join(folder, "people.txt");
}

function indexFile(folder: string): string {
  return join(folder, "lists.json");
}
