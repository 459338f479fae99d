import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { openSource, type ByteSource } from "../src/byte-source.ts";
import { localBytes } from "../src/transfer/bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "resync-source-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads a source in fills of these sizes, over and over, until one of them is not full. */
async function drained(source: ByteSource, sizes: readonly number[]): Promise<Buffer> {
  const opened = await openSource(source);
  const parts: Buffer[] = [];
  try {
    for (let i = 0; ; i += 1) {
      const into = Buffer.alloc(sizes[i % sizes.length] ?? 1);
      const filled = await opened.fill(into);
      parts.push(into.subarray(0, filled));
      if (filled < into.length) return Buffer.concat(parts);
    }
  } finally {
    await opened.close();
  }
}

const fills = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 });

it("a source of chunks fills whatever it is given, also when it uses their memory again", async () => {
  const chunks = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(chunks, fills, async (lengths, sizes) => {
      const memory = Buffer.alloc(3000);
      async function* reusing(): AsyncGenerator<Uint8Array> {
        for (const [at, length] of lengths.entries()) yield memory.fill(at).subarray(0, length);
      }
      const wanted = Buffer.concat(lengths.map((length, at) => Buffer.alloc(length, at)));
      expect((await drained(reusing(), sizes)).equals(wanted)).toBe(true);
    }),
  );
});

it("a local file, or a part of it, fills the same as it is iterated", async () => {
  const path = join(folder, "file");
  const content = randomBytes(10_000);
  writeFileSync(path, content);
  await fc.assert(
    fc.asyncProperty(fills, fc.nat(9000), fc.integer({ min: 1, max: 3000 }), async (sizes, offset, size) => {
      expect((await drained(localBytes(path), sizes)).equals(content)).toBe(true);
      const part = content.subarray(offset, offset + size);
      const source = localBytes(path, { offset, size: part.length });
      expect((await drained(source, sizes)).equals(part)).toBe(true);
      expect(
        (await drained({ [Symbol.asyncIterator]: () => source[Symbol.asyncIterator]() }, sizes)).equals(part),
      ).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it("closing a source of chunks early ends its iteration", async () => {
  let ended = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(10);
    } finally {
      ended = true;
    }
  }
  const opened = await openSource(chunks());
  await opened.fill(Buffer.alloc(5));
  await opened.close();
  expect(ended).toBe(true);
});
