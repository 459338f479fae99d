import { textCodec, type CodePage, type TextCodec } from "./code-page.ts";
import { findAnchors } from "./infer/anchors.ts";
import { guessCodePage, type CodePageGuess } from "./infer/code-page-guess.ts";
import { inferLayout, type LayoutFinding } from "./infer/infer-layout.ts";
import { placeFields, placeOf, type RecordSpan } from "./layout-checksum.ts";
import type { GlbLayout } from "./layouts.ts";
import { readNumber } from "./numbers.ts";
import type { RecordFault } from "./record-checks.ts";
import { scanRecords, type Damage, type ScanEnd, type ScanVisitor } from "./scan.ts";

/** One record as it stands in the file. */
export interface MasterListRecord {
  readonly kind: "record";
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** `undefined` where the layout shows no sync number. */
  readonly sync: number | undefined;
  /** Seconds since 1970; `undefined` where the layout shows no date stamp. */
  readonly stamp: number | undefined;
  /** The checksum as it is stored, 0 to 65535; `undefined` where the layout shows none. */
  readonly checksum: number | undefined;
  /** The transaction, its lines joined by CR LF. */
  readonly text: string;
  /** What is wrong with the record although its text can be read. */
  readonly fault: RecordFault | undefined;
}

export type MasterListItem = MasterListRecord | ({ readonly kind: "damage" } & Damage);

export interface ReadOptions {
  /** Default: guessed from the texts. */
  readonly codePage?: CodePage | undefined;
  /** Default: inferred from the file. */
  readonly layout?: GlbLayout | undefined;
}

/** A master list whose layout is known by now; its content is read once, by `scan` or by `items`. */
export interface MasterList {
  readonly finding: LayoutFinding;
  readonly codePage: CodePageGuess;
  readonly codec: TextCodec;
  /** Reads the file through the visitor, the fastest way. Yields after each chunk. */
  scan(visitor: ScanVisitor): AsyncGenerator<void, ScanEnd>;
  /** Reads the file as records and damaged places, in batches in the order of the file. */
  items(): AsyncGenerator<readonly MasterListItem[], ScanEnd>;
}

/** What was seen of a file in which no transaction could be found. */
export interface Unreadable {
  readonly finding: undefined;
  /** Bytes that were looked at. */
  readonly looked: number;
  readonly why: string;
}

/** Bytes from the beginning of the file on which layout and code page are inferred. */
const SAMPLE = 1024 * 1024;

/**
 * Opens a file of GLB records: looks at its first MiB and infers layout and code page from it. `Unreadable` when it shows no transaction.
 * Reads `source` once and only as far as asked for. Never throws for what is in the file.
 */
export async function readMasterList(
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<MasterList | Unreadable> {
  const iterator = source[Symbol.asyncIterator]();
  const { sample, ended } = await readSample(iterator);
  const finding = options.layout === undefined ? inferLayout(sample, ended) : given(options.layout);
  if (finding === undefined) {
    await iterator.return?.();
    return { finding: undefined, looked: sample.length, why: whyUnreadable(sample) };
  }
  const codePage = await chooseCodePage(sample, finding, options.codePage);
  const codec = textCodec(codePage.codePage);
  const whole = replay(sample, ended, iterator);
  const scan = (visitor: ScanVisitor) => scanRecords(whole, finding, visitor);
  return { finding, codePage, codec, scan, items: () => readItems(scan, finding.layout, codec) };
}

async function* readItems(
  scan: MasterList["scan"],
  layout: GlbLayout,
  codec: TextCodec,
): AsyncGenerator<readonly MasterListItem[], ScanEnd> {
  let batch: MasterListItem[] = [];
  const checksum = storedChecksum(layout);
  const walk = scan({
    record(bytes, found, offset, fault) {
      const text = codec.decode(bytes, found.textFrom, found.textTo);
      batch.push({
        kind: "record",
        offset,
        sync: numberOrNone(found.sync),
        stamp: numberOrNone(found.stamp),
        checksum: checksum(bytes, found),
        text: layout.newline === "\r\n" ? text : text.replaceAll(layout.newline, "\r\n"),
        fault,
      });
    },
    damage: (damage) => void batch.push({ kind: "damage", ...damage }),
  });
  try {
    for (;;) {
      const step = await walk.next();
      if (batch.length > 0) yield batch;
      batch = [];
      if (step.done === true) return step.value;
    }
  } finally {
    // Whoever leaves off early has the source closed.
    await walk.return(NOTHING_READ);
  }
}

const NOTHING_READ: ScanEnd = { size: 0, filling: 0, cutOff: undefined };

function storedChecksum(layout: GlbLayout): (bytes: Buffer, span: RecordSpan) => number | undefined {
  const placed = placeFields(layout).find(({ field }) => field.kind === "checksum");
  if (placed?.field.kind !== "checksum") return () => undefined;
  const { width, form } = placed.field;
  return (bytes, span) => readNumber(bytes, placeOf(placed, span), width, form);
}

function numberOrNone(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

async function readSample(iterator: AsyncIterator<Uint8Array>): Promise<{ sample: Buffer; ended: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < SAMPLE) {
    const step = await iterator.next();
    if (step.done === true) return { sample: Buffer.concat(chunks), ended: true };
    chunks.push(step.value);
    size += step.value.length;
  }
  return { sample: Buffer.concat(chunks), ended: false };
}

async function* replay(sample: Buffer, ended: boolean, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield sample;
    if (!ended) yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}

function given(layout: GlbLayout): LayoutFinding {
  const reasons = [`the layout "${layout.name}" was given`];
  return { layout, counts: false, confidence: "high", reasons, unexplained: [], records: 0 };
}

async function chooseCodePage(
  sample: Buffer,
  finding: LayoutFinding,
  chosen: CodePage | undefined,
): Promise<CodePageGuess> {
  if (chosen !== undefined) return { codePage: chosen, guessed: false, rivals: [], reason: "chosen by the caller" };
  return guessCodePage(await telltaleTexts(sample, finding));
}

/** Texts beyond ASCII that a guess rests on at the most. */
const MAX_TEXTS = 200;
const PIECE = 64 * 1024;

/** The first texts of the sample with characters beyond ASCII. */
async function telltaleTexts(sample: Buffer, finding: LayoutFinding): Promise<Buffer[]> {
  const texts: Buffer[] = [];
  const pieces = async function* () {
    for (let at = 0; at < sample.length && texts.length < MAX_TEXTS; at += PIECE) yield sample.subarray(at, at + PIECE);
  };
  const walk = scanRecords(pieces(), finding, {
    record(bytes, { textFrom, textTo }) {
      const text = bytes.subarray(textFrom, textTo);
      if (text.some((byte) => byte >= 0x80)) texts.push(Buffer.from(text));
    },
    damage: () => undefined,
  });
  for await (const _ of walk);
  return texts.slice(0, MAX_TEXTS);
}

function whyUnreadable(sample: Buffer): string {
  if (findAnchors(sample, 1).length === 0)
    return "no transaction text of the form “A name<TAB>PCM:NET/PO/MAILBOX” was found";
  return "transaction texts were found, and no common way in which they are parted";
}
