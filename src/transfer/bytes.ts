import { createReadStream } from "node:fs";

/** Chunks of a local file, in bytes. A place cuts them to what its protocol takes. */
const CHUNK = 1_048_576;

/**
 * A local file's bytes, or `part` of them (`size` > 0), from the start at each iteration. Throws the file system's error while iterated.
 */
export function localBytes(path: string, part?: { offset: number; size: number }): AsyncIterable<Uint8Array> {
  const range = part && { start: part.offset, end: part.offset + part.size - 1 };
  return {
    [Symbol.asyncIterator]: () => createReadStream(path, { highWaterMark: CHUNK, ...range })[Symbol.asyncIterator](),
  };
}

/** Bytes at hand as a source, from the start at each iteration. */
export function bytesOf(...parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      for (const part of parts) yield part;
    },
  };
}

/** A small source as one buffer; stops reading after `limit` bytes + 1, so that the caller can see that it was too long. */
export async function collectBytes(source: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit + 1);
}
