import { listOf } from "./address.ts";
import { exampleLists } from "./summary-examples.ts";
import type { MasterList } from "./master-list.ts";
import { nameSet } from "./name-set.ts";
import { plainEntries } from "./plain-entry.ts";
import type { FoundRecord } from "./record-checks.ts";
import type { GlbHeader } from "./record.ts";
import type { ScanEnd, ScanVisitor } from "./scan.ts";
import type { ListSummary, Summary } from "./summary-model.ts";
import { parseTransaction, type Transaction, type TransactionKind } from "./transaction.ts";

export type { FaultSummary, Finding, ListSummary, ProblemSummary, Summary } from "./summary-model.ts";

/** Reads a master list to its end and counts. Memory does not grow with the number of records but for 16 bytes a name. */
export async function summarize(list: MasterList): Promise<Summary> {
  const counter = summaryCounter(list);
  const walk = list.scan(counter.visitor);
  for (;;) {
    const step = await walk.next();
    if (step.done === true) return counter.finish(step.value);
  }
}

interface SummaryCounter {
  readonly visitor: ScanVisitor;
  finish(end: ScanEnd): Summary;
}

function summaryCounter(list: MasterList): SummaryCounter {
  const counts = transactionCounts();
  const examples = exampleLists();
  const plain = plainEntries();
  const sync = range();
  const stamp = range();
  let records = 0;
  let current: CountedList | undefined;

  const countPlain = (bytes: Buffer, found: FoundRecord, offset: number): void => {
    counts.kinds.add++;
    if (!plain.sameListAsBefore || current === undefined) current = counts.list(plain.list(bytes), "PCM");
    current.adds++;
    counts.pcm[plain.isUpper ? "upper" : "lower"]++;
    if (counts.names.addBytes(current.epoch, bytes, found.textFrom + 2, plain.nameTo) || current.unsure) return;
    const name = bytes.toString("latin1", found.textFrom + 2, plain.nameTo);
    examples.duplicate(name, current, {
      offset,
      sync: orNone(found.sync),
      text: list.codec.decode(bytes, found.textFrom, found.textTo),
    });
  };
  const countOther = (bytes: Buffer, found: FoundRecord, offset: number): void => {
    const text = list.codec.decode(bytes, found.textFrom, found.textTo);
    const transaction = parseTransaction(text);
    const place = { offset, sync: orNone(found.sync), text: text.slice(0, 200) };
    const twice = counts.count(transaction);
    if (twice !== undefined) examples.duplicate(twice.name, twice.list, place);
    for (const problem of transaction.problems) examples.problem({ ...place, problem });
  };
  return {
    visitor: {
      record(bytes, found, offset, fault) {
        records++;
        sync.take(found.sync);
        stamp.take(found.stamp);
        if (fault !== undefined) examples.fault(fault, offset, orNone(found.sync));
        if (plain.match(bytes, found.textFrom, found.textTo)) countPlain(bytes, found, offset);
        else countOther(bytes, found, offset);
      },
      damage: examples.damage,
    },
    finish: (end) => ({
      header: counts.header(),
      records,
      kinds: counts.kinds,
      lists: counts.lists(),
      ...examples.all(),
      sync: sync.inOrder(),
      stamp: stamp.bySize(),
      pcm: counts.pcm,
      end,
    }),
  };
}

/** A list while it is counted. */
interface CountedList extends ListSummary {
  /** Names are unique within a list from one `R` to the next; another number for each such stretch. */
  epoch: number;
  /** True when entries were taken out again, so that a name seen twice may be right. */
  unsure: boolean;
}

function transactionCounts() {
  const kinds: Record<TransactionKind, number> = {
    add: 0,
    delete: 0,
    modify: 0,
    replace: 0,
    template: 0,
    comment: 0,
    header: 0,
    unknown: 0,
  };
  const lists = new Map<string, CountedList>();
  const names = nameSet();
  const pcm = { upper: 0, lower: 0 };
  let epochs = 0;
  let header: GlbHeader | undefined;

  const listNamed = (name: string, type: string): CountedList => {
    const known = lists.get(name);
    if (known !== undefined) return known;
    const made = {
      list: name,
      type,
      adds: 0,
      deletes: 0,
      changes: 0,
      replaced: false,
      template: false,
      epoch: epochs++,
      unsure: false,
    };
    lists.set(name, made);
    return made;
  };
  /** Counts one transaction; returns its name and list when the name stands there already. */
  const count = (transaction: Transaction): { name: string; list: CountedList } | undefined => {
    kinds[transaction.kind]++;
    switch (transaction.kind) {
      case "add":
      case "delete":
      case "modify": {
        const { name, address } = transaction.entry;
        if (address === undefined) return undefined;
        const list = listNamed(listOf(address), address.type);
        if (address.type === "PCM") pcm[address.spelled === "PCM" ? "upper" : "lower"]++;
        list[COUNTED_AS[transaction.kind]]++;
        if (transaction.kind !== "add") list.unsure = true;
        else if (!names.addText(list.epoch, name) && !list.unsure) return { name, list };
        return undefined;
      }
      case "replace": {
        const list = listNamed(listOf(transaction.list), transaction.list.type);
        list.replaced = true;
        list.epoch = epochs++;
        return undefined;
      }
      case "template":
        listNamed(listOf(transaction.list), transaction.list.type).template = true;
        return undefined;
      case "header":
        header ??= transaction.header;
        return undefined;
      case "comment":
      case "unknown":
        return undefined;
    }
  };
  return {
    kinds,
    pcm,
    names,
    count,
    list: listNamed,
    header: () => header,
    lists: () => [...lists.values()].map(({ epoch: _epoch, unsure: _unsure, ...list }) => list),
  };
}

const COUNTED_AS = { add: "adds", delete: "deletes", modify: "changes" } as const;

function range() {
  let seen: { first: number; last: number; least: number; most: number } | undefined;
  return {
    take(value: number): void {
      if (Number.isNaN(value)) return;
      if (seen === undefined) seen = { first: value, last: value, least: value, most: value };
      seen.last = value;
      if (value < seen.least) seen.least = value;
      if (value > seen.most) seen.most = value;
    },
    inOrder: () => seen && { first: seen.first, last: seen.last },
    bySize: () => seen && { first: seen.least, last: seen.most },
  };
}

function orNone(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
