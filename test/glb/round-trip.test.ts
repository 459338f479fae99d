import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMasterList } from "../../src/glb/master-list.ts";
import { decodeGlb } from "../../src/glb/read-known.ts";
import type { GlbRecord } from "../../src/glb/record.ts";
import { formatTransaction, parseTransaction, type Transaction } from "../../src/glb/transaction.ts";
import { chunked, encodeAll, toArray } from "./support/bytes.ts";
import { NAMED_LAYOUTS } from "./support/layouts.ts";
import { transaction } from "./support/transactions.ts";

const STAMP = Date.UTC(1997, 3, 7, 12, 13, 52) / 1000;
/** From 0x412000 on, the bytes of a sync number in front of a text may spell a transaction's beginning, `A `, and nothing tells which is the text. */
const first = fc.integer({ min: 1, max: 4_000_000 });
const chunk = fc.integer({ min: 1, max: 3000 });
const some = fc.array(transaction, { minLength: 1, maxLength: 40 });
/** With so many of them, nearly any file shows its layout. */
const many = fc.array(transaction, { minLength: 24, maxLength: 80, size: "max" });

describe.each(NAMED_LAYOUTS)("transactions written in layout %s", (_, layout) => {
  it("come back as they were from a reader that knows the layout", async () => {
    await fc.assert(
      fc.asyncProperty(some, first, chunk, async (transactions, first, size) => {
        const records = recordsOf(transactions, first);
        const read = await toArray(decodeGlb(chunked(await encodeAll(records, { layout }), size), { layout }));
        expect(read.map(({ sync, stamp }) => ({ sync, stamp }))).toEqual(
          records.map(({ sync, stamp }) => ({ sync, stamp })),
        );
        expect(read.map(({ text }) => parseTransaction(text))).toEqual(transactions);
      }),
      { numRuns: 20 },
    );
  });

  it("come back as they were from a reader that has to find the layout out", async () => {
    await fc.assert(
      fc.asyncProperty(many, first, chunk, async (transactions, first, size) => {
        const bytes = await encodeAll(recordsOf(transactions, first), { layout });
        expect(await inferred(bytes, size)).toEqual(transactions);
      }),
      { numRuns: 12 },
    );
  });
});

function recordsOf(transactions: readonly Transaction[], first: number): GlbRecord[] {
  return transactions.map((transaction, index) => ({
    sync: first + index,
    stamp: STAMP + Math.floor(index / 10),
    text: formatTransaction(transaction),
  }));
}

async function inferred(bytes: Buffer, size: number): Promise<Transaction[]> {
  const list = await readMasterList(chunked(bytes, size), { codePage: 850 });
  if (list.finding === undefined) throw new Error(list.why);
  const read: Transaction[] = [];
  for await (const batch of list.items()) {
    for (const item of batch) {
      if (item.kind === "damage" || item.fault !== undefined) throw new Error(JSON.stringify(item));
      read.push(parseTransaction(item.text));
    }
  }
  return read;
}
