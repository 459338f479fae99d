import { ResyncError } from "../../errors.ts";
import type { SigningKey } from "../../transfer/signature/keys.ts";
import type { Target } from "../targets.ts";

/** A requestor of a fleet, with all that its delivery needs. */
export interface FleetRequestor {
  /** What people call it. */
  readonly name: string;
  /** What the DSS calls it. */
  readonly rdn: string;
  /** Requestors with the same mark are configured alike on the DSS: one list is right for all of them (Q156063). */
  readonly alike: string | undefined;
  readonly targets: readonly Target[];
  readonly signingKey: SigningKey | undefined;
}

/** Requestors that get the same list, because the DSS has them configured alike; mostly just one. */
export type Group = readonly FleetRequestor[];

/** Puts requestors that are marked as alike together; the order is that of the first of each group. */
export function groupAlike(requestors: readonly FleetRequestor[]): Group[] {
  const groups = new Map<string, FleetRequestor[]>();
  for (const one of requestors) {
    const key = one.alike === undefined ? `name ${one.name}` : `mark ${one.alike}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** `HARBOUR, NORTH/PO1`: a group as messages call it. */
export function showGroup(group: Group): string {
  return group.map(({ name }) => name).join(", ");
}

/** Throws `USAGE` when two requestors have the same target: the second delivery would take the place of the first. */
export function refuseSharedTargets(requestors: readonly FleetRequestor[]): void {
  const owners = new Map<string, string>();
  for (const { name, targets } of requestors) {
    for (const { label } of targets) {
      const key = label.replace(/[\\/]+$/u, "");
      const owner = owners.get(key);
      if (owner !== undefined) throw shared(label, owner, name);
      owners.set(key, name);
    }
  }
}

function shared(target: string, one: string, other: string): ResyncError {
  return new ResyncError("USAGE", {
    message:
      one === other
        ? `${one} has the place ${target} twice.`
        : `${one} and ${other} have the same place, ${target}: the second delivery would replace the first.`,
    state: "Nothing was started.",
    hint: "Give each requestor a place of its own; a folder for each will do.",
    facts: { target, requestors: [one, other] },
  });
}
