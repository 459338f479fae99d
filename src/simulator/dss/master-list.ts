import { formatHeader } from "../../glb/header.ts";
import type { GlbHeader, GlbRecord } from "../../glb/record.ts";
import type { RecipientList } from "./recipient.ts";
import { uniqueNames } from "./unique-names.ts";

/** What a master list is made from. */
export interface MasterListSource {
  readonly header: GlbHeader;
  readonly lists: readonly RecipientList[];
  /** False: names need only be unique within a list (`Unique Display Names`=0, Q146676). */
  readonly uniqueEverywhere: boolean;
  readonly now: Date;
  /** Told once for each recipient that does not fit MS Mail and is left out. */
  readonly onLeftOut: (address: string) => void;
}

/** Characters of a network, postoffice or mailbox (Q96001). */
const ELEMENT_LIMIT = 10;

/**
 * The records of a Resync.glb: the header transaction, then for each list an `R` and its `A` lines (Q156996, Q200079).
 * ASSUMPTIONS: sync numbers count from 1; all stamps are the time of writing; a name over 30 characters is cut; an address whose
 * elements are over 10 characters is left out.
 */
export function* masterListRecords(source: MasterListSource): Generator<GlbRecord> {
  const stamp = Math.floor(source.now.getTime() / 1000);
  const names = uniqueNames();
  let sync = 0;
  const record = (text: string): GlbRecord => ({ sync: ++sync, stamp, text });
  yield record(formatHeader(source.header));
  for (const { list, recipients } of source.lists) {
    yield record(`R ${list}`);
    if (!source.uniqueEverywhere) names.clear();
    for (const { name, address } of recipients) {
      if (fits(address)) yield record(`A ${names.next(name)}\t${address}`);
      else source.onLeftOut(address);
    }
  }
}

function fits(address: string): boolean {
  const colon = address.indexOf(":");
  if (address.slice(0, colon) !== "pcm") return true;
  const parts = address.slice(colon + 1).split("/");
  return parts.length === 3 && parts.every((part) => part.length >= 1 && part.length <= ELEMENT_LIMIT);
}
