import type { NamedRequestor } from "../config/requestors.ts";
import { check, type Check } from "../check.ts";
import { refuseSharedTargets } from "../push/fleet/requestors.ts";
import type { CliContext } from "./command.ts";
import { checkPlaceForDoctor, refusedBy } from "./doctor-push.ts";
import { forRequestor } from "./for-requestor.ts";
import { signingKeyOf } from "./keys.ts";
import { placeOptionsOf } from "./place-options.ts";
import { fleetRequestors, namesForFleet } from "./push-fleet.ts";
import { deliverOptions, pushOptions } from "./push-options.ts";

/** The requestors that are to be checked, and the DSS that a push to them would use; `undefined` when none are named. */
export function fleetForDoctor(
  { all, requestor }: { readonly all: boolean; readonly requestor: readonly string[] | undefined },
  cli: CliContext,
): { dss: string | undefined; requestors: readonly NamedRequestor[] } | undefined {
  const named = requestor === undefined ? undefined : [...requestor];
  const requestors = namesForFleet({ all, requestor: named, alike: false, to: undefined }, cli);
  return requestors && { dss: cli.settings.settle("push", { dss: pushOptions.dss }).dss, requestors };
}

/** For each requestor: its places and its key; and that no two share a place. */
export async function checkFleetForDoctor(requestors: readonly NamedRequestor[], cli: CliContext): Promise<Check[]> {
  const checks: Check[] = [];
  for (const one of requestors) checks.push(...(await checkRequestor(one, cli)));
  const own = check("fleet-places", "A place for each requestor");
  try {
    refuseSharedTargets(await fleetRequestors(requestors, true, cli));
    return [...checks, own.ok(`${requestors.length} requestors`)];
  } catch (error) {
    return [...checks, refusedBy(own, error)];
  }
}

async function checkRequestor(one: NamedRequestor, cli: CliContext): Promise<Check[]> {
  const own = forRequestor(one, cli);
  const values = cli.settings.settle("push", deliverOptions, one);
  const checks: Check[] = [];
  for (const place of values.to ?? []) {
    const how = { ...placeOptionsOf(values, own), mt: values.mt };
    checks.push(await checkPlaceForDoctor(place, how, own, `${one.name}: Place ${place}`));
  }
  if (values["sign-key"] !== undefined) checks.push(await checkKey(one.name, values["sign-key"], cli));
  return checks;
}

async function checkKey(name: string, file: string, cli: CliContext): Promise<Check> {
  const key = check("sign-key", `${name}: Key to sign with`);
  try {
    return key.ok(`${file}, key ${(await signingKeyOf(file, cli))?.id ?? "unknown"}`);
  } catch (error) {
    return refusedBy(key, error);
  }
}
