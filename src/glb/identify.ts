import { ResyncError } from "../errors.ts";
import type { CodePage } from "./code-page.ts";
import { refuseForeign } from "./foreign.ts";
import type { CodePageGuess } from "./infer/code-page-guess.ts";
import type { LayoutFinding } from "./infer/infer-layout.ts";
import type { GlbLayout } from "./layouts.ts";

import { readMasterList } from "./master-list.ts";
import { openOffered } from "./open-file.ts";
import type { GlbHeader } from "./record.ts";
import { summaryFacts, summaryLine } from "./summary-text.ts";
import { summarize, type Summary } from "./summary.ts";
import { listWarnings, type ListWarning } from "./warnings.ts";

/** How a file is checked. */
export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Default: guessed. */
  readonly codePage?: CodePage;
  /** Default: inferred. */
  readonly layout?: GlbLayout;
}

/** What a usable master list tells. Where its inside cannot be read, `header`, `counts` and `inside` are undefined and a warning says so. */
export interface MasterListCheck {
  /** One line for people. */
  readonly summary: string;
  /** The same for programs: numbers, layout, code page. */
  readonly facts: Record<string, unknown>;
  /** What an administrator should know before the file goes on its way. */
  readonly warnings: readonly ListWarning[];
  readonly header: GlbHeader | undefined;
  readonly counts: MasterListCounts | undefined;
  readonly inside:
    | { readonly summary: Summary; readonly layout: LayoutFinding; readonly codePage: CodePageGuess }
    | undefined;
}

/** The counts that go into a delivery's manifest. */
export interface MasterListCounts {
  readonly records: number;
  /** Entries that the list adds. */
  readonly addresses: number;
  readonly lists: number;
}

/**
 * Checks that a local file can be a master list, in one pass. Throws `FILE_NOT_USABLE` for what certainly is none or not all of one:
 * a 3-D model, HTML, text, an archive, an empty file, a folder, a file that ends within a record. What cannot be read is
 * a warning and no refusal, because the layout of real files is not public (DESIGN §6).
 */
export async function checkMasterList(path: string, options: CheckOptions = {}): Promise<MasterListCheck> {
  const file = await openOffered(path, options.signal);
  return checkMasterListBytes(file.bytes, path, options);
}

/** The same for bytes from anywhere; `label` names them in messages. */
export async function checkMasterListBytes(
  bytes: AsyncIterable<Uint8Array>,
  label: string,
  options: CheckOptions = {},
): Promise<MasterListCheck> {
  const list = await readMasterList(refuseForeign(bytes, label), options);
  if (list.finding === undefined) {
    return {
      summary: `${list.looked.toLocaleString("en")} bytes looked at; inside unknown`,
      facts: { readable: false, why: list.why },
      warnings: [unreadableWarning(label, list.why)],
      header: undefined,
      counts: undefined,
      inside: undefined,
    };
  }
  const summary = await summarize(list);
  if (summary.end.cutOff !== undefined) throw cutOff(label, summary, summary.end.cutOff.offset);
  const inside = { summary, layout: list.finding, codePage: list.codePage };
  return {
    summary: summaryLine(summary),
    facts: summaryFacts(inside),
    warnings: listWarnings(inside),
    header: summary.header,
    counts: { records: summary.records, addresses: summary.kinds.add, lists: summary.lists.length },
    inside,
  };
}

function cutOff(label: string, summary: Summary, offset: number): ResyncError {
  const last = summary.sync === undefined ? "" : `; the last whole one has sync number ${summary.sync.last}`;
  return new ResyncError("FILE_NOT_USABLE", {
    message: `${label} is cut off: it ends within a record, ${summary.end.size - offset} bytes after byte ${offset}.`,
    hint: `${summary.records.toLocaleString("en")} whole records were read before${last}. The DSS may not have finished the file, or a copy broke off: copy it again, or have it generated again.`,
    facts: { path: label, offset, size: summary.end.size, records: summary.records },
  });
}

function unreadableWarning(label: string, why: string): ListWarning {
  return {
    text: `The inside of ${label} cannot be read: ${why}. It is carried as it is, without counts.`,
    hint: "The layout of Resync.glb is not public, so this proves nothing. Make sure that it is the file which the DSS wrote.",
    facts: { why },
  };
}
