import type { Check } from "../../../check.ts";
import { addressMapCheck, handMadeCheck, uniqueNamesCheck } from "./content.ts";
import type { DssScene } from "./dss-check.ts";
import { databaseCheck, diskCheck, staleCheck } from "./dxadata.ts";
import { eventsCheck } from "./events.ts";
import { containersCheck, globalMaxCheck, kickCheck, runtimeCheck, versionCheck } from "./program.ts";
import { clusterCheck, monitorCheck, mtaCheck } from "./services.ts";
import { windowsCheck } from "./windows.ts";

/** What a push must know: what would keep the service from starting again, and what would spoil the list. */
const VITAL = [
  databaseCheck,
  addressMapCheck,
  versionCheck,
  containersCheck,
  runtimeCheck,
  mtaCheck,
  diskCheck,
  clusterCheck,
];
/** What a push copes with, or says by itself. */
const REST = [
  staleCheck,
  globalMaxCheck,
  kickCheck,
  uniqueNamesCheck,
  handMadeCheck,
  windowsCheck,
  monitorCheck,
  eventsCheck,
];

/** Looks at what a push must know, changing nothing. All findings are returned, good ones too. */
export function vitalChecks(scene: DssScene): Promise<Check[]> {
  return inOrder(scene, VITAL);
}

/** Looks at everything that dirsync with this DSS may trip over, changing nothing. All findings are returned, good ones too. */
export function allChecks(scene: DssScene): Promise<Check[]> {
  return inOrder(scene, [...VITAL, ...REST]);
}

/** One after the other: old hosts do not like to be asked for much at once. */
async function inOrder(scene: DssScene, checks: typeof VITAL): Promise<Check[]> {
  const found: Check[] = [];
  for (const look of checks) found.push(await look(scene));
  return found;
}
