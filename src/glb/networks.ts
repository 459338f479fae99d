import type { ListSummary } from "./summary-model.ts";

/** The lists of one network, or of one gateway that has a single list. */
export interface Network {
  /** `PCM:NORTH`, `SNADS:GATE`, `SMTP:`. */
  readonly network: string;
  /** Addresses that are added to them. */
  readonly adds: number;
  /** In the order of the file. */
  readonly lists: readonly ListSummary[];
}

/** Lists by network, sorted by its name. */
export function networksOf(lists: readonly ListSummary[]): Network[] {
  const byName = new Map<string, ListSummary[]>();
  for (const list of lists) {
    const slash = list.list.indexOf("/");
    const name = slash < 0 ? list.list : list.list.slice(0, slash);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [list]);
    else known.push(list);
  }
  return [...byName]
    .map(([network, members]) => ({
      network,
      lists: members,
      adds: members.reduce((sum, { adds }) => sum + adds, 0),
    }))
    .toSorted((a, b) => a.network.localeCompare(b.network, "en"));
}
