import type { Journal } from "../journal/journal.ts";
import type { RunRecord } from "../journal/store.ts";
import { sealSchema, type Manifest } from "../transfer/manifest.ts";

/** The journal's note of a list that a target got. Kept for ever: old journals must stay readable. */
const DELIVERED = "push.delivered";

/** What is known of a list that was delivered: whom it was for, and its numbers where its inside could be read. */
export type PastDelivery = Pick<Manifest, "createdAt" | "dss" | "requestors" | "header" | "counts">;

/** A past delivery and the target that got it. */
export interface PastDeliveryAt extends PastDelivery {
  readonly to: string;
}

/** Journals that `to` got the list. */
export async function noteDelivered(journal: Journal, to: string, manifest: Manifest): Promise<void> {
  const { createdAt, dss, requestors, header, counts } = manifest;
  await journal.note(DELIVERED, { to, createdAt, dss, requestors, header, counts });
}

/** Everything that this machine's journals tell of deliveries, oldest run first. */
export function pastDeliveries(runs: readonly RunRecord[]): PastDeliveryAt[] {
  return runs.flatMap(({ entries }) =>
    entries.flatMap((entry) => {
      if (entry.type !== "note" || entry.step !== DELIVERED) return [];
      const seal = sealSchema.safeParse(entry.data);
      const { to } = entry.data;
      return seal.success && typeof to === "string" ? [{ ...seal.data, to }] : [];
    }),
  );
}

/**
 * The list that these requestors got last at the target `to`: by this machine's journals, or by the manifest that stands there, whichever
 * is newer. Where neither tells of one, the list that the same DSS made for them last, wherever it went.
 */
export function lastDelivery(
  to: string,
  wanted: Pick<Manifest, "dss" | "requestors">,
  standing: PastDelivery | undefined,
  past: readonly PastDeliveryAt[],
): PastDelivery | undefined {
  const forThem = past.filter((one) => isForSame(one, wanted));
  const here = forThem.filter((one) => one.to === to);
  if (standing !== undefined && isForSame(standing, wanted)) here.push({ ...standing, to });
  return newest(here) ?? newest(forThem.filter(({ dss }) => dss === wanted.dss));
}

function isForSame(one: Pick<Manifest, "requestors">, other: Pick<Manifest, "requestors">): boolean {
  return names(one) === names(other);
}

function names({ requestors }: Pick<Manifest, "requestors">): string {
  return requestors
    .map((name) => name.toLowerCase())
    .toSorted()
    .join("\n");
}

function newest<T extends PastDelivery>(deliveries: readonly T[]): T | undefined {
  return deliveries.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt)).at(-1);
}
