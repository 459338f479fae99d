import type { GlbHeader } from "./record.ts";

/**
 * ASSUMPTION. The text of the header transaction. Known is only that a transaction names IMPSEQ, REQSEQ and SRVSEQ (Q119449,
 * Q215505); its wording is undocumented. A `#` record is chosen because IMPORT passes over those (Q110496).
 */
export function formatHeader(header: GlbHeader): string {
  return `# IMPSEQ=${digits(header.impSeq)} REQSEQ=${digits(header.reqSeq)} SRVSEQ=${digits(header.srvSeq)}`;
}

/**
 * The header numbers in a record's text, or `undefined` when it does not name all three. Any wording is taken in which each name is
 * followed, within a few characters that are no letters or digits, by a decimal number up to 2^32-1.
 */
export function parseHeader(text: string): GlbHeader | undefined {
  const impSeq = numberAfter(IMPSEQ, text);
  if (impSeq === undefined) return undefined;
  const reqSeq = numberAfter(REQSEQ, text);
  const srvSeq = numberAfter(SRVSEQ, text);
  if (reqSeq === undefined || srvSeq === undefined) return undefined;
  return { impSeq, reqSeq, srvSeq };
}

const IMPSEQ = /\bIMPSEQ[^a-z0-9]{1,4}(\d{1,10})\b/iu;
const REQSEQ = /\bREQSEQ[^a-z0-9]{1,4}(\d{1,10})\b/iu;
const SRVSEQ = /\bSRVSEQ[^a-z0-9]{1,4}(\d{1,10})\b/iu;

function numberAfter(pattern: RegExp, text: string): number | undefined {
  const value = Number(pattern.exec(text)?.[1]);
  return value <= 0xffffffff ? value : undefined;
}

function digits(value: number): string {
  return String(value).padStart(10, "0");
}
