import type { GlbHeader } from "./record.ts";
import type { ListWarning } from "./warnings.ts";

/** Numbers that a requestor has seen already, as far as they are known: from its last delivery, LISTDS or REQCONF. */
export type KnownNumbers = Partial<GlbHeader>;

/**
 * Warns when a header's numbers lie below those the requestor knows: IMPORT ends such a file with Fatal 14 (Q215505; that low numbers are the
 * cause is inferred there). Empty when nothing is lower or unknown.
 */
export function headerBelowKnown(header: GlbHeader, known: KnownNumbers): ListWarning[] {
  const lower = NAMES.flatMap(([key, name]) => {
    const seen = known[key];
    return seen !== undefined && header[key] < seen ? [`${name} ${header[key]} (known: ${seen})`] : [];
  });
  if (lower.length === 0) return [];
  return [
    {
      text: `The header's numbers are lower than the requestor's: ${lower.join(", ")}. IMPORT may end with Fatal 14, "Error processing Resync.glb".`,
      hint: "Name this requestor when the list is generated, or set GlobalMaxSeqInResync on the DSS (Dxa.exe 5.5.2524 or later).",
      reference: "Q215505",
      facts: { header, known },
    },
  ];
}

const NAMES = [
  ["impSeq", "IMPSEQ"],
  ["reqSeq", "REQSEQ"],
  ["srvSeq", "SRVSEQ"],
] as const;
