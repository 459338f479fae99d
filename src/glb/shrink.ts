import { ResyncError } from "../errors.ts";

/** The default of `--max-shrink`: a fifth. */
export const MAX_SHRINK = 0.2;

/**
 * Compares a list with the one delivered last: a list that has lost more than `maxShrink` (0 to 1) of its addresses was probably made with a
 * container or a requestor missing, and importing it would delete the lost addresses. Returns the refusal (`FILE_NOT_USABLE`), or `undefined`.
 */
export function shrinkRefusal(
  before: { readonly addresses: number },
  now: { readonly addresses: number },
  maxShrink: number = MAX_SHRINK,
): ResyncError | undefined {
  const lost = before.addresses - now.addresses;
  if (lost <= 0 || lost <= before.addresses * maxShrink) return undefined;
  const share = Math.round((lost / before.addresses) * 1000) / 10;
  return new ResyncError("FILE_NOT_USABLE", {
    message: `The master list holds ${now.addresses.toLocaleString("en")} addresses; the one delivered last held ${before.addresses.toLocaleString("en")}. ${lost.toLocaleString("en")} are missing (${share} %), more than the ${Math.round(maxShrink * 1000) / 10} % allowed.`,
    hint: "See which with resync diff. Check the requestor's Export Containers page and trust level on the DSS (Q180297). If the list is right, allow it: --no-generate --max-shrink 100 delivers the file that the DSS has written.",
    facts: { before: before.addresses, now: now.addresses, lost, maxShrink },
  });
}
