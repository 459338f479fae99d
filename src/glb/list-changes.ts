import { listOf } from "./address.ts";
import { isOneByte } from "./code-page.ts";
import type { MasterList } from "./master-list.ts";
import { plainEntries } from "./plain-entry.ts";
import type { Damage } from "./scan.ts";
import { parseTransaction, type Entry, type Transaction } from "./transaction.ts";

/**
 * Takes what transactions do to lists, in their order. Lists have their name in one spelling (`PCM:NET/PO`, `SMTP:`); a value is an address
 * without its type, which is the list's.
 */
export interface ListChanges {
  /** The list is emptied. */
  replace(list: string): void;
  add(list: string, name: string, value: string): void;
  remove(list: string, name: string): void;
}

/** Tells everything that a source does, once. */
export type ChangeSource = (to: ListChanges) => Promise<void>;

/** What one transaction does. A change of a name or address is a removal and an addition. */
export function tellTransaction(transaction: Transaction, to: ListChanges): void {
  switch (transaction.kind) {
    case "add":
      return tellEntry(transaction.entry, to, "add");
    case "delete":
      return tellEntry(transaction.entry, to, "remove");
    case "modify":
      if (transaction.to === undefined) return undefined;
      tellEntry(transaction.entry, to, "remove");
      return tellEntry(transaction.to, to, "add");
    case "replace":
      return to.replace(listOf(transaction.list));
    case "template":
    case "comment":
    case "header":
    case "unknown":
      return undefined;
  }
}

/** What a master list does. `onDamage` is told of bytes that cannot be read; it may throw. */
export function masterListChanges(list: MasterList, onDamage: (damage: Damage) => void): ChangeSource {
  return async (to) => {
    const plain = plainEntries(isOneByte(list.codePage.codePage));
    const walk = list.scan({
      record(bytes, { textFrom, textTo }) {
        if (!plain.match(bytes, textFrom, textTo)) {
          tellTransaction(parseTransaction(list.codec.decode(bytes, textFrom, textTo)), to);
          return;
        }
        const name = list.codec.decode(bytes, textFrom + 2, plain.nameTo);
        to.add(plain.list, name, list.codec.decode(bytes, plain.valueFrom, textTo));
      },
      damage: onDamage,
    });
    for await (const _ of walk);
  };
}

function tellEntry({ name, address }: Entry, to: ListChanges, what: "add" | "remove"): void {
  if (address === undefined) return;
  if (what === "add") to.add(listOf(address), name, address.value);
  else to.remove(listOf(address), name);
}
