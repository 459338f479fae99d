import { findRequestor, type NamedRequestor } from "../config/requestors.ts";
import { abortError, EXIT, hasCode, ResyncError, type ExitCode } from "../errors.ts";
import { groupAlike, refuseSharedTargets, type FleetRequestor } from "../push/fleet/requestors.ts";
import { isThere, type FleetResult } from "../push/fleet/result.ts";
import type { SigningKey } from "../transfer/signature/keys.ts";
import type { CliContext, CommandResult } from "./command.ts";
import { openDssSource, type DssSource } from "./dss-source.ts";
import { fleetData, showFleet } from "./fleet-summary.ts";
import { forRequestor, withSecretsOf } from "./for-requestor.ts";
import { handoffOf } from "./handoff.ts";
import { signingKeyOf } from "./keys.ts";
import { deliverOptions, generateSettingsOf, type PushValues } from "./push-options.ts";
import { required } from "./required.ts";
import { guardOf } from "./shrink-guard.ts";
import { targetsOf } from "./targets.ts";
import { withRun } from "./with-run.ts";

/**
 * The requestors of a push that the config file names: with `--all`, or when every name stands there. `undefined` for a push that says
 * itself where its one list goes. Throws `USAGE` for a name that stands nowhere.
 */
export function namesForFleet(
  { all, requestor, alike, to }: Pick<PushValues, "all" | "requestor" | "alike" | "to">,
  { settings }: Pick<CliContext, "settings">,
): readonly NamedRequestor[] | undefined {
  if (all) {
    if (requestor !== undefined) throw notTogether();
    if (settings.requestors.length === 0) throw nobodyNamed();
    return settings.requestors;
  }
  if (requestor === undefined || alike) return undefined;
  const known = requestor.filter((name) => findRequestor(settings.requestors, name) !== undefined);
  if (known.length === 0 && to !== undefined) return undefined;
  return [...new Set(requestor.map((name) => settings.requestor(name)))];
}

/** A list for each of `named`, to its own places, in one run. */
export async function pushToFleet(
  named: readonly NamedRequestor[],
  values: PushValues,
  cli: CliContext,
): Promise<CommandResult> {
  const { pushFleet } = await import("../push/fleet/push-fleet.ts");
  const dss = required("dss", values.dss);
  const dryRun = values["dry-run"];
  const requestors = await fleetRequestors(named, dryRun, cli);
  refuseSharedTargets(requestors);
  const how = { ...values, settings: generateSettingsOf(values), handoff: handoffOf(values) };
  const source = await openDssSource(dss, how, cli);
  const plan = {
    command: "push",
    about: `${source.label} → ${requestors.map(({ name }) => name).join(", ")}`,
    data: { dss: source.label, requestors: requestors.map(({ rdn }) => rdn) },
    dryRun,
  };
  try {
    refuseSeveralLists(source, requestors);
    return await withRun(plan, cli, async (context, folder) => {
      const lock = await source.lock(context);
      try {
        const { parallel, anew } = values;
        const guard = await guardOf(values["max-shrink"], { ...cli, confirm: async () => false });
        const tools = { dss: source.label, stateDir: cli.stateDir, folder, sourceFor: source.list, guard };
        return conclude(await pushFleet({ ...tools, requestors, parallel, anew }, context), values, cli);
      } finally {
        await lock?.release();
      }
    });
  } finally {
    await source.close();
  }
}

/** The requestors with their settings from the config file; nothing is connected to. Throws `CONFIG_INVALID` with all that is wrong. */
export async function fleetRequestors(
  named: readonly NamedRequestor[],
  dryRun: boolean,
  cli: CliContext,
): Promise<FleetRequestor[]> {
  const settled = named.map((one) => ({ one, values: settleFor(one, cli) }));
  const problems = settled.flatMap(({ values }) => (values instanceof ResyncError ? [values.message] : []));
  if (problems.length > 0) {
    throw new ResyncError("CONFIG_INVALID", {
      message: problems.join("\n"),
      state: "Nothing was started.",
      hint: "docs/fleets.md shows what a requestor's entry holds.",
    });
  }
  const keys = new Map<string, Promise<SigningKey | undefined>>();
  const keyOf = async (file: string | undefined): Promise<SigningKey | undefined> => {
    if (file === undefined) return undefined;
    const key = keys.get(file) ?? signingKeyOf(file, cli);
    keys.set(file, key);
    return key;
  };
  const requestors: FleetRequestor[] = [];
  for (const { one, values } of settled) {
    if (values instanceof ResyncError) continue;
    const { to, ...how } = values;
    // Only where nothing else goes on can somebody be asked to change disks.
    const alone = named.length === 1 && to?.length === 1;
    const targets = targetsOf(to ?? [], how, dryRun, alone ? withSecretsOf(one, cli) : forRequestor(one, cli));
    requestors.push({ ...one, targets, signingKey: await keyOf(values["sign-key"]) });
  }
  return requestors;
}

function settleFor(one: NamedRequestor, { settings }: CliContext) {
  try {
    const values = settings.settle("push", deliverOptions, one);
    if (values.to !== undefined && values.to.length > 0) return values;
    return new ResyncError("CONFIG_INVALID", {
      message: `requestors.${one.name}.to is missing: where does its list go?`,
    });
  } catch (error) {
    if (hasCode(error, "CONFIG_INVALID")) return error;
    throw error;
  }
}

function conclude(result: FleetResult, values: PushValues, { style, signal }: CliContext): CommandResult {
  return {
    exitCode: exitCode(result, values["exit-unchanged"], signal),
    outcome: result.outcome,
    data: fleetData(result),
    text: showFleet(result, style),
  };
}

function exitCode({ outcome, rows }: FleetResult, exitUnchanged: boolean, signal: AbortSignal): ExitCode {
  const failure = rows.find((row) => !isThere(row) && row.error !== undefined)?.error;
  switch (outcome) {
    case "interrupted":
      return abortError(signal).exitCode;
    case "partly delivered":
      return EXIT.partly;
    case "failed":
      return failure?.exitCode ?? EXIT.unexpected;
    case "unchanged":
      return exitUnchanged ? EXIT.nothingToDo : EXIT.done;
    case "delivered":
    case "dry run":
      return failure?.exitCode ?? EXIT.done;
  }
}

function refuseSeveralLists({ repeatable, label }: DssSource, requestors: readonly FleetRequestor[]): void {
  const lists = groupAlike(requestors).length;
  if (repeatable || lists === 1) return;
  throw new ResyncError("USAGE", {
    message: `These requestors need ${lists} lists, and ${label} gives one at a time here.`,
    state: "Nothing was started.",
    hint: "Push to one requestor (or to those that are alike) at a time when an operator carries the list, or with --no-generate.",
    reference: "Q156063",
  });
}

function notTogether(): ResyncError {
  return new ResyncError("USAGE", {
    message: "--all and the names of requestors were both given.",
    state: "Nothing was started.",
    hint: "--all is every requestor in the config file; names are just those. --no-all takes back what the config file says.",
  });
}

function nobodyNamed(): ResyncError {
  return new ResyncError("USAGE", {
    message: "--all was given, and the config file names no requestors.",
    state: "Nothing was started.",
    hint: "Name them under requestors: in resync.config.yaml, each with its to:. docs/fleets.md has an example.",
  });
}
