import { atLeast } from "../version.ts";

/** Exchange's builds, newest first (Q158530, Q166349). */
const PRODUCTS: readonly (readonly [version: string, product: string])[] = [
  ["6.0", "Exchange 2000"],
  ["5.5.2653", "Exchange 5.5 SP4"],
  ["5.5.2650", "Exchange 5.5 SP3"],
  ["5.5.2448", "Exchange 5.5 SP2"],
  ["5.5.2232", "Exchange 5.5 SP1"],
  ["5.5", "Exchange 5.5"],
  ["5.0.1460", "Exchange 5.0 SP2"],
  ["5.0.1458", "Exchange 5.0 SP1"],
  ["5.0", "Exchange 5.0"],
  ["4.0.996", "Exchange 4.0 SP5"],
  ["4.0.995", "Exchange 4.0 SP4"],
  ["4.0.994", "Exchange 4.0 SP3"],
  ["4.0.993", "Exchange 4.0 SP2"],
  ["4.0.838", "Exchange 4.0 SP1"],
  ["4.0", "Exchange 4.0"],
];

/** The product that a version of Dxa.exe belongs to: `Exchange 5.5 SP2`, or a hotfix after it. */
export function productOf(version: string): string {
  return PRODUCTS.find(([since]) => atLeast(version, since))?.[1] ?? "an unknown product";
}

/** A fault of Dxa.exe that a master list or a restart can meet. */
export interface DxaFault {
  /** Versions from `since` up to and without `before` have it. */
  readonly since: string;
  readonly before: string;
  readonly what: string;
  readonly reference: string;
}

const FAULTS: readonly DxaFault[] = [
  {
    since: "4.0",
    before: "4.0.994",
    what: "a second MS address of a recipient may go out, and an R for its postoffice, which empties that list",
    reference: "Q152924",
  },
  {
    since: "4.0",
    before: "4.0.996",
    what: "a recipient whose first template line is longer than 32 characters is left out",
    reference: "Q151782, Q167247",
  },
  {
    since: "5.0",
    before: "5.0.1458",
    what: "a recipient whose first template line is longer than 32 characters is left out",
    reference: "Q151782, Q167247",
  },
  {
    since: "4.0",
    before: "5.0.1460",
    what: "names of a container that was added later may be missing",
    reference: "Q166154",
  },
  { since: "4.0", before: "5.0.1460", what: "Thai and Hebrew names are left out", reference: "Q176196, Q176219" },
  {
    since: "5.5",
    before: "5.5.2396",
    what: "with templates it may fail at start in the requestor role, or when it is stopped while it reads a Resync.glb",
    reference: "Q193395, Q196892",
  },
];

/** The faults that a version of Dxa.exe is known for. */
export function faultsOf(version: string): readonly DxaFault[] {
  return FAULTS.filter(({ since, before }) => atLeast(version, since) && !atLeast(version, before));
}
