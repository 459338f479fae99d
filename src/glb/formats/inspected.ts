import type { MasterList, MasterListRecord } from "../master-list.ts";
import type { Damage } from "../scan.ts";
import { parseTransaction, type Transaction } from "../transaction.ts";

/** A record with its transaction taken apart. */
export interface InspectedRecord extends MasterListRecord {
  readonly transaction: Transaction;
}

export type InspectedItem = InspectedRecord | ({ readonly kind: "damage" } & Damage);

/** A master list on its way into a format: batches in the order of the file. */
export type InspectedItems = AsyncIterable<readonly InspectedItem[]>;

/** Which records of a list are wanted. */
export interface Selection {
  /** Only records whose text holds this, in any case. */
  readonly search?: string | undefined;
  /** Only records that IMPORT objects to, or that are not as they should be. */
  readonly problems?: boolean | undefined;
  /** At most so many records. */
  readonly limit?: number | undefined;
  /** Told of each damaged place, which not every format can show. */
  readonly onDamage?: (damage: Damage) => void;
}

/** The records of a list that were asked for, and its damaged places. Stops reading when the limit is reached. */
export async function* inspectItems(list: MasterList, selection: Selection = {}): AsyncGenerator<InspectedItem[]> {
  const wanted = selection.search?.toLowerCase();
  let left = selection.limit ?? Number.POSITIVE_INFINITY;
  for await (const batch of list.items()) {
    const items: InspectedItem[] = [];
    for (const item of batch) {
      if (left <= 0) break;
      if (item.kind === "damage") {
        items.push(item);
        selection.onDamage?.(item);
      } else if (wanted === undefined || item.text.toLowerCase().includes(wanted)) {
        const transaction = parseTransaction(item.text);
        if (selection.problems === true && transaction.problems.length === 0 && item.fault === undefined) continue;
        items.push({ ...item, transaction });
        left--;
      }
    }
    if (items.length > 0) yield items;
    if (left <= 0) return;
  }
}
