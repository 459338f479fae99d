import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { ByteSource, OpenSource } from "../byte-source.ts";

/** Chunks of a local file, in bytes. A place cuts them to what its protocol takes. */
const CHUNK = 1_048_576;

/**
 * A local file's bytes, or `part` of them (`size` > 0), from the start each time. Throws the file system's error while read.
 */
export function localBytes(path: string, part?: FilePart): ByteSource {
  const range = part && { start: part.offset, end: part.offset + part.size - 1 };
  return {
    [Symbol.asyncIterator]: () => createReadStream(path, { highWaterMark: CHUNK, ...range })[Symbol.asyncIterator](),
    open: async () => openFile(path, part),
  };
}

/** A part of a file, in bytes. */
interface FilePart {
  readonly offset: number;
  readonly size: number;
}

async function openFile(path: string, part: FilePart | undefined): Promise<OpenSource> {
  const file = await open(path, "r");
  let at = part?.offset ?? 0;
  const end = part === undefined ? Infinity : part.offset + part.size;
  return {
    fill: async (into) => {
      const wanted = Math.min(into.length, end - at);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await file.read(into, filled, wanted - filled, at);
        if (bytesRead === 0) break;
        filled += bytesRead;
        at += bytesRead;
      }
      return filled;
    },
    close: async () => file.close(),
  };
}

/** Writes all of `bytes` to a file, behind what was written last; a system may take a part at a time. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

/** Bytes at hand as a source, from the start at each iteration. */
export function bytesOf(...parts: Uint8Array[]): ByteSource {
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
