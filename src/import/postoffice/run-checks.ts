import { ResyncError } from "../../errors.ts";
import { takeCensus } from "./census.ts";
import type { Check } from "./check.ts";
import { checkAccess } from "./checks/access.ts";
import { checkIdle } from "./checks/idle.ts";
import { checkSizes } from "./checks/sizes.ts";
import { checkSpace } from "./checks/space.ts";
import { checkStructure } from "./checks/structure.ts";
import type { Postoffice } from "./postoffice.ts";

export interface ChecksFor {
  /** Size of the master list to be imported, in bytes. */
  readonly incomingBytes?: number;
  /** The folder that will hold the snapshot, made or not. */
  readonly snapshotFolder?: string;
}

/** Looks at everything that must hold before an import, changing nothing. All findings are returned, good ones too. */
export async function runChecks(postoffice: Postoffice, wanted: ChecksFor = {}): Promise<Check[]> {
  const { incomingBytes, snapshotFolder } = wanted;
  const input = { postoffice, census: await takeCensus(postoffice), incomingBytes, snapshotFolder };
  return [
    ...checkStructure(input),
    ...checkSizes(input),
    ...checkIdle(input),
    ...(await checkAccess(input)),
    ...(await checkSpace(input)),
  ];
}

/** Throws `POSTOFFICE_NOT_READY` with every refusal and its remedy, when there is one. */
export function refuseUnlessReady(postoffice: Pick<Postoffice, "root">, checks: readonly Check[]): void {
  const refusals = checks.filter(({ outcome }) => outcome === "refused");
  if (refusals.length === 0) return;
  const count = refusals.length === 1 ? "one reason" : `${refusals.length} reasons`;
  throw new ResyncError("POSTOFFICE_NOT_READY", {
    message: [`${postoffice.root} is not ready for an import, for ${count}:`, ...refusals.map(line)].join("\n"),
    state: "The postoffice was not changed.",
    hint: refusals.map(({ remedy }) => remedy ?? "").join("\n"),
    reference: [...new Set(refusals.flatMap(({ article }) => article?.split(", ") ?? []))].join(", "),
    facts: { postoffice: postoffice.root, refused: refusals.map(({ id }) => id) },
  });
}

function line({ title, found, article }: Check): string {
  return `- ${title}: ${found}${article === undefined ? "" : ` (${article})`}`;
}
