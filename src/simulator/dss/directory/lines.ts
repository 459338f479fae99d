import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import iconv from "iconv-lite";

/** A line of a text file and its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a text file, without their ends, in batches so that a million of them cost little. The file is UTF-8 when all of it is
 * valid UTF-8 (a byte order mark is dropped), else code page 850, in which IMPORT -x writes. Rejects with the file system's error.
 */
export async function* textLines(file: string): AsyncGenerator<Line[]> {
  const decoder = (await isUtf8(file)) ? utf8Decoder() : iconv.getDecoder("cp850");
  let number = 0;
  let rest = "";
  for await (const chunk of createReadStream(file, { highWaterMark: 262_144 })) {
    const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
    rest = lines.pop() ?? "";
    yield lines.map((text) => ({ number: ++number, text: text.replace(/\r$/u, "") }));
  }
  rest += decoder.end() ?? "";
  if (rest !== "") yield [{ number: number + 1, text: rest.replace(/\r$/u, "") }];
}

async function isUtf8(file: string): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 262_144 })) {
      decoder.decode(chunk as Buffer, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function utf8Decoder(): { write(chunk: Buffer): string; end(): string } {
  const decoder = new TextDecoder("utf-8");
  return { write: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}
