import { findRequestor } from "../config/requestors.ts";
import { EXIT, ResyncError, type ExitCode } from "../errors.ts";
import type { PushResult } from "../push/push.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";
import { openDssSource } from "./dss-source.ts";
import { handoffOf } from "./handoff.ts";
import { signingKeyOf } from "./keys.ts";
import { namesForFleet, pushToFleet } from "./push-fleet.ts";
import { deliverOptions, generateSettingsOf, pushOptions, type PushValues } from "./push-options.ts";
import { showPush } from "./push-summary.ts";
import { required } from "./required.ts";
import { guardOf } from "./shrink-guard.ts";
import { targetsOf } from "./targets.ts";
import { withRun } from "./with-run.ts";

export const pushCommand = defineCommand({
  name: "push",
  summary: "Have the DSS write its master list and deliver it",
  positionals: [{ name: "name", describe: "Requestors, as with --requestor", required: false, option: "requestor" }],
  options: pushOptions,
  perRequestor: deliverOptions,
  exitStatus: [
    [EXIT.done, "delivered to every place, read back"],
    [EXIT.usage, "usage or config"],
    [EXIT.preflight, "the DSS, or a postoffice (--drop-in-glb), is not ready, or denies a right"],
    [EXIT.connection, "connection, login or host key"],
    [EXIT.transfer, "a delivery failed or read back wrong"],
    [EXIT.notProduced, "the DSS did not produce the file in time; it was put back"],
    [EXIT.badFile, "the file is not usable, or has lost more addresses than --max-shrink allows"],
    [EXIT.nothingToDo, "nothing to do (with --exit-unchanged)"],
    [EXIT.locked, "another push to this DSS is at work"],
    [EXIT.partly, "some requestors got their list, some did not"],
  ],
  examples: [
    ["resync push --dss simulated:try/dss --requestor HARBOUR --to sftp://me@gw/in", "all the way"],
    ["resync push --all", "to every requestor that resync.config.yaml names"],
    ["resync push HARBOUR NORTH", "to two of them"],
    ["resync push … --dry-run", "what would be done, literally"],
  ],
  async run(values, _positionals, cli) {
    refuseKeptBeforeRestart(values);
    const names = namesForFleet(values, cli);
    return names === undefined ? pushToPlaces(values, cli) : pushToFleet(names, values, cli);
  },
});

/** One list for the requestors that are named, to every `--to`. */
async function pushToPlaces(values: PushValues, cli: CliContext): Promise<CommandResult> {
  const dss = required("dss", values.dss);
  const named = required("requestor", values.requestor);
  const requestors = named.map((name) => findRequestor(cli.settings.requestors, name)?.rdn ?? name);
  if (requestors.length > 1 && !values.alike) throw severalRequestors(requestors);
  const { push } = await import("../push/push.ts");
  const dryRun = values["dry-run"];
  const targets = targetsOf(required("to", values.to), values, dryRun, cli);
  const signingKey = await signingKeyOf(values["sign-key"], cli);
  const how = { ...values, settings: generateSettingsOf(values), handoff: handoffOf(values) };
  const source = await openDssSource(dss, how, cli);
  const places = targets.map(({ label }) => label);
  const plan = {
    command: "push",
    about: `${source.label} → ${places.join(", ")}`,
    data: { dss: source.label, requestors, to: places },
    dryRun,
  };
  try {
    return await withRun(plan, cli, async (context, folder) => {
      const lock = await source.lock(context);
      try {
        const guard = await guardOf(values["max-shrink"], cli);
        const list = source.list(requestors, context);
        const request = { host: source, requestors, source: list, targets, folder, signingKey, guard };
        return conclude(await push(request, context), values["exit-unchanged"], cli.style.width);
      } finally {
        await lock?.release();
      }
    });
  } finally {
    await source.close();
  }
}

function conclude(result: PushResult, exitUnchanged: boolean, width: number): CommandResult {
  return {
    exitCode: exitCode(result, exitUnchanged),
    outcome: result.outcome,
    data: result,
    text: showPush(result, width),
  };
}

function exitCode(result: PushResult, exitUnchanged: boolean): ExitCode {
  const failed = result.targets.find((target) => !target.ok);
  if (failed?.ok === false) return failed.error.exitCode;
  return result.outcome === "unchanged" && exitUnchanged ? EXIT.nothingToDo : EXIT.done;
}

/** Throws `USAGE` when the list would stay where a restarted service loads it. */
function refuseKeptBeforeRestart(values: Pick<PushValues, "keep" | "second-restart">): void {
  if (!values.keep || !values["second-restart"]) return;
  throw new ResyncError("USAGE", {
    message: "--keep and --second-restart exclude each other.",
    state: "Nothing was started.",
    hint: "A service that starts with a Resync.glb in Dxadata may load it: leave one of the two out.",
    reference: "Q156124",
  });
}

function severalRequestors(requestors: readonly string[]): ResyncError {
  return new ResyncError("USAGE", {
    message: `One list for ${requestors.length} requestors is right only when they are configured alike: same export containers, trust level and custom recipients.`,
    state: "Nothing was started.",
    hint: "If they are, say so with --alike. Otherwise name them under requestors: in resync.config.yaml, each with a place of its own; then one push makes a list for each (docs/fleets.md).",
    reference: "Q156063",
    facts: { requestors: [...requestors] },
  });
}
