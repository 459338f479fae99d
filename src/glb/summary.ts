import { listOf } from "./address.ts";
import { isOneByte, type TextCodec } from "./code-page.ts";
import { exampleLists } from "./summary-examples.ts";
import type { MasterList } from "./master-list.ts";
import { nameSet, type NameSet } from "./name-set.ts";
import { plainEntries } from "./plain-entry.ts";
import type { Problem } from "./problem.ts";
import type { FoundRecord } from "./record-checks.ts";
import type { GlbHeader } from "./record.ts";
import type { ScanEnd, ScanVisitor } from "./scan.ts";
import type { ListSummary, Summary } from "./summary-model.ts";
import { templateChecks } from "./template-checks.ts";
import { parseTransaction, type Transaction, type TransactionKind } from "./transaction.ts";

export type { FaultSummary, Finding, ListSummary, ProblemSummary, Summary } from "./summary-model.ts";

/** Reads a master list to its end and counts. Memory does not grow with the number of records but for some 32 bytes a name. */
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
  const counts = transactionCounts(list.codec);
  const examples = exampleLists();
  const checkTemplate = templateChecks();
  const plain = plainEntries(isOneByte(list.codec.codePage));
  const sync = range();
  const stamp = range();
  let records = 0;
  let current: CountedList | undefined;

  const countPlain = (bytes: Buffer, found: FoundRecord, offset: number): void => {
    counts.kinds.add++;
    if (!plain.sameListAsBefore || current === undefined) current = counts.list(plain.list, plain.type);
    current.adds++;
    if (plain.type === "PCM") counts.pcm[plain.isUpper ? "upper" : "lower"]++;
    if (current.names.add(bytes, found.textFrom + 2, plain.nameTo) || current.unsure) return;
    const name = list.codec.decode(bytes, found.textFrom + 2, plain.nameTo);
    const text = list.codec.decode(bytes, found.textFrom, found.textTo);
    examples.problem({ offset, sync: orNone(found.sync), text, problem: duplicate(name, current) });
  };
  const countOther = (bytes: Buffer, found: FoundRecord, offset: number): void => {
    const text = list.codec.decode(bytes, found.textFrom, found.textTo);
    const transaction = parseTransaction(text);
    const place = { offset, sync: orNone(found.sync), text: text.slice(0, 200) };
    const problems = [...transaction.problems, ...checkTemplate(transaction), ...counts.count(transaction)];
    for (const problem of problems) examples.problem({ ...place, problem });
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
      templateData: counts.templateData(),
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
  /** Names are unique within a list from one `R` to the next. */
  names: NameSet;
  /** True when entries were taken out again, so that a name seen twice may be right. */
  unsure: boolean;
}

function transactionCounts(codec: TextCodec) {
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
  const pcm = { upper: 0, lower: 0 };
  let header: GlbHeader | undefined;
  let templateData = 0;

  const isNew = (list: CountedList, name: string): boolean => {
    const bytes = new Uint8Array(name.length * 2);
    return list.names.add(bytes, 0, codec.encodeInto(name, bytes, 0, []));
  };
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
      names: nameSet(),
      unsure: false,
    };
    lists.set(name, made);
    return made;
  };
  /** Counts one transaction; returns what its list, as it stands by then, has against it. */
  const count = (transaction: Transaction): Problem[] => {
    kinds[transaction.kind]++;
    if ("details" in transaction && transaction.details.length > 0) templateData++;
    switch (transaction.kind) {
      case "add":
      case "delete":
      case "modify": {
        const { name, address } = transaction.entry;
        if (address === undefined) return [];
        const list = listNamed(listOf(address), address.type);
        if (address.type === "PCM") pcm[address.spelled === "PCM" ? "upper" : "lower"]++;
        list[COUNTED_AS[transaction.kind]]++;
        const wasThere = !isNew(list, name);
        if (transaction.kind === "add") return wasThere && !list.unsure ? [duplicate(name, list)] : [];
        list.unsure = true;
        if (transaction.kind === "modify" && transaction.to !== undefined) isNew(list, transaction.to.name);
        return list.replaced && !wasThere ? [unknown(name, list)] : [];
      }
      case "replace": {
        const list = listNamed(listOf(transaction.list), transaction.list.type);
        list.replaced = true;
        list.names = nameSet();
        list.unsure = false;
        return [];
      }
      case "template":
        listNamed(listOf(transaction.list), transaction.list.type).template = true;
        return [];
      case "header":
        header ??= transaction.header;
        return [];
      case "comment":
      case "unknown":
        return [];
    }
  };
  return {
    kinds,
    pcm,
    count,
    list: listNamed,
    header: () => header,
    templateData: () => templateData,
    lists: () => [...lists.values()].map(({ names: _names, unsure: _unsure, ...list }) => list),
  };
}

/** IMPORT may also call it a duplicate in the queue, message 28: which of the two is undocumented. */
function duplicate(name: string, { list }: CountedList): Problem {
  return { message: 27, line: 1, column: 3, text: `The name "${name}" stands in the list ${list} already.` };
}

function unknown(name: string, { list }: CountedList): Problem {
  return { message: 29, line: 1, column: 3, text: `The name "${name}" does not stand in the list ${list}.` };
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
