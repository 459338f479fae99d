import type { RecordSpan } from "../layout-checksum.ts";
import type { Framing } from "./framing.ts";
import type { Placement } from "./placement.ts";

/** One whole record of the sample. */
export interface Row extends RecordSpan {
  /** First byte behind the record and its padding. */
  readonly next: number;
  /** True when the row before this one is the record right in front of it. */
  readonly follows: boolean;
}

/** More records than this teach nothing new. */
const MAX_ROWS = 600;

/** The whole records among the anchors: those whose neighbours lie where the framing wants them. */
export function findRows(bytes: Buffer, anchors: readonly number[], framing: Framing, placement: Placement): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < anchors.length && rows.length < MAX_ROWS; index++) {
    const textFrom = anchors[index] as number;
    const textTo = framing.ends[index] as number;
    const at = textFrom - placement.before;
    if (textTo < 0 || at < placement.fileHeader) continue;
    const terminatedTo = textTo + framing.terminator.length;
    const size = terminatedTo + placement.after - at;
    const next = at + Math.ceil(size / framing.align) * framing.align;
    const following = anchors[index + 1];
    if (following !== undefined && following !== next + placement.before) continue;
    if (following === undefined && terminatedTo + placement.after > bytes.length) continue;
    rows.push({ at, textFrom, textTo, terminatedTo, next, follows: rows.at(-1)?.next === at });
  }
  return rows;
}
