/**
 * Where transaction texts begin, at most `limit` of them: a code letter, a blank or tab, and an address type with its colon, as every A, D, M,
 * R and T of the import grammar has them (Q96001, Q96060). This is the only thing the inferring reader knows beforehand.
 */
export function findAnchors(bytes: Buffer, limit: number): number[] {
  const text = bytes.toString("latin1");
  const found: number[] = [];
  for (const { index } of text.matchAll(ANCHOR)) {
    if (found.length >= limit) break;
    found.push(index);
  }
  if (found.length >= 3) {
    // A header or another remark in front of everything tells where the first record begins.
    const remark = text.slice(0, Math.min(MAX_HEADER, found[0] ?? 0)).search(REMARK);
    return remark < 0 ? found : [remark, ...found];
  }
  return [...new Set([...found, ...[...text.matchAll(REMARK)].map((match) => match.index)])].toSorted((a, b) => a - b);
}

/** A remark that begins farther from the beginning of a file is not its first record. */
const MAX_HEADER = 256;

const TYPES =
  "[Pp][Cc][Mm]|[Cc][Ss][Ii]|[Mm][Ss]|[Pp][Rr][Oo][Ff][Ss]|[Oo][Vv]|[Ss][Nn][Aa][Dd][Ss]|[Ss][Mm][Tt][Pp]|[Xx]400|[Mm][Hh][Ss]|[Mm][Cc][Ii]|[Ff][Aa][Xx]|[Mm][Ss][Mm][Aa][Ii][Ll]";

const ANCHOR = new RegExp(`(?:[ADM][ \\t][^\\x00-\\x1f]{1,64}?[ \\t]{1,3}|[RT][ \\t])(?:${TYPES}):`, "gu");

/** Files without a single address hold a `#` record: PODIAG's dummy, or a header (Q110496). */
const REMARK = /#[ -~]{6,}/gu;
