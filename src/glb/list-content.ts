import { formatAddress, listOf, type Address } from "./address.ts";
import type { Entry, Transaction } from "./transaction.ts";

/** Transactions from any source, in order: a master list, an import text. */
export type Transactions = AsyncIterable<readonly Transaction[]>;

/** Addresses by name, in the order of the source. */
export type Entries = Map<string, string>;

/** What transactions make of one list. */
export interface ListContent {
  /** True when an `R` emptied the list before these entries. */
  replaced: boolean;
  readonly entries: Entries;
  /** Names taken out of a list that was not emptied. */
  readonly deleted: Set<string>;
}

/** Plays transactions through and gives what becomes of each list, by its name in one spelling. Addresses get their type in upper case. */
export async function collectLists(source: Transactions): Promise<Map<string, ListContent>> {
  const lists = new Map<string, ListContent>();
  const contentOf = (address: Address): ListContent => {
    const list = listOf(address);
    const known = lists.get(list);
    if (known !== undefined) return known;
    const made = { replaced: false, entries: new Map(), deleted: new Set<string>() };
    lists.set(list, made);
    return made;
  };
  const put = ({ name, address }: Entry): void => {
    if (address === undefined) return;
    contentOf(address).entries.set(name, formatAddress({ ...address, spelled: address.type }));
  };
  const takeOut = ({ name, address }: Entry): void => {
    if (address === undefined) return;
    const content = contentOf(address);
    content.entries.delete(name);
    content.deleted.add(name);
  };
  const play = (transaction: Transaction): void => {
    switch (transaction.kind) {
      case "add":
        return put(transaction.entry);
      case "delete":
        return takeOut(transaction.entry);
      case "modify":
        if (transaction.to === undefined) return undefined;
        takeOut(transaction.entry);
        return put(transaction.to);
      case "replace": {
        const content = contentOf(transaction.list);
        content.replaced = true;
        content.entries.clear();
        return undefined;
      }
      case "template":
      case "comment":
      case "header":
      case "unknown":
        return undefined;
    }
  };
  for await (const batch of source) batch.forEach(play);
  return lists;
}
