import {
  choiceOr,
  duration,
  flag,
  optionalDuration,
  percentage,
  text,
  texts,
  type OptionValues,
} from "../config/option.ts";
import { EXIT, ResyncError, type ExitCode } from "../errors.ts";
import { MAX_SHRINK } from "../glb/shrink.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";
import { dssOptions } from "./dss.ts";
import { openDssSource } from "./dss-source.ts";
import { handoffOf, handoffOptions } from "./handoff.ts";
import { signingKeyOf } from "./keys.ts";
import { showPush } from "./push-summary.ts";
import { placeOptions, placeOptionsOf } from "./place-options.ts";
import { splitOf, splitOptions } from "./split-options.ts";
import { tapeOptions } from "./tape-options.ts";
import { targetOf } from "./targets.ts";
import { withRun } from "./with-run.ts";
import type { ShrinkGuard } from "../push/compare-last.ts";
import type { PushResult } from "../push/push.ts";
import type { GenerateSettings } from "../push/sources.ts";

/** Flags of how the DSS is to write the list. */
const generateOptions = {
  timeout: duration("How long the DSS may take to write the file", 1_800_000),
  "state-timeout": duration("How long the service may take to stop, and to start", 180_000),
  poll: duration("How often to look", 2000),
  settle: duration("Time between the two reads of the file that must be the same", 1000),
  "global-max": choiceOr(
    "Set GlobalMaxSeqInResync: auto goes by the version of Dxa.exe",
    ["auto", "on", "off"],
    "auto",
  ),
  "accept-value-left": flag("Take the file though the DSS leaves its registry value"),
  "kick-after": optionalDuration("Pause the service once when nothing appears for so long: that starts a cycle"),
  "second-restart": flag("Restart the service once more behind the delivery, as the notes of Exchange 5.0 say"),
} as const;

type GenerateFlags = OptionValues<typeof generateOptions>;

export const pushCommand = defineCommand({
  name: "push",
  summary: "Have the DSS write its master list and deliver it",
  options: {
    dss: text("The DSS: samba://user@host, windows:, handoff:DIR or simulated:DIR", { placeholder: "DSS" }),
    requestor: texts("Name (RDN) of the requestor to write the list for", { placeholder: "NAME" }),
    alike: flag("Several requestors share one configuration, so one list is right for all"),
    to: texts("Place to deliver to; repeatable", { placeholder: "PLACE" }),
    generate: flag("Have the DSS write a new list", { fallback: true }),
    resume: flag("handoff: only: wait for the answer to files that were written before"),
    keep: flag("Leave Resync.glb in Dxadata after delivery"),
    ...generateOptions,
    ...handoffOptions,
    ...splitOptions,
    ...tapeOptions,
    "sign-key": text("Private key (resync keygen) to sign the delivery with", { placeholder: "FILE" }),
    "max-shrink": percentage("How much smaller than the one delivered last the list may be unasked", MAX_SHRINK),
    "exit-unchanged": flag("Exit 10 when every place holds this very list already"),
    "dry-run": flag("Read everything, change nothing, print what would be done", { alias: "n" }),
    ...dssOptions,
    ...placeOptions,
  },
  exitStatus: [
    [EXIT.done, "delivered to every place, read back"],
    [EXIT.usage, "usage or config"],
    [EXIT.preflight, "the DSS is not ready; nothing was changed"],
    [EXIT.connection, "connection, login or host key"],
    [EXIT.transfer, "a delivery failed or read back wrong"],
    [EXIT.notProduced, "the DSS did not produce the file in time; it was put back"],
    [EXIT.badFile, "the file is not usable, or has lost more addresses than --max-shrink allows"],
    [EXIT.nothingToDo, "nothing to do (with --exit-unchanged)"],
    [EXIT.locked, "another push to this DSS is at work"],
  ],
  examples: [
    ["resync push --dss simulated:try/dss --requestor HARBOUR --to sftp://me@gw/in", "all the way"],
    ["resync push … --dry-run", "what would be done, literally"],
  ],
  async run(values, _positionals, cli) {
    const dss = required("dss", values.dss);
    const requestors = required("requestor", values.requestor);
    if (requestors.length > 1 && !values.alike) throw severalRequestors(requestors);
    if (values.keep && values["second-restart"]) throw keptBeforeRestart();
    const { push } = await import("../push/push.ts");
    const dryRun = values["dry-run"];
    const more = {
      ...placeOptionsOf(values, cli),
      split: splitOf(values, cli),
      mt: values.mt,
      dryRun,
      reporter: cli.reporter,
    };
    const targets = required("to", values.to).map((place) => targetOf(place, more, cli));
    const signingKey = await signingKeyOf(values["sign-key"], cli);
    const settings = settingsOf(requestors, values);
    const source = await openDssSource(dss, { ...values, settings, handoff: handoffOf(values) }, cli);
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
          const request = {
            host: source,
            requestors,
            source: source.list(context),
            targets,
            folder,
            signingKey,
            guard,
          };
          return conclude(await push(request, context), values["exit-unchanged"], cli.style.width);
        } finally {
          await lock?.release();
        }
      });
    } finally {
      await source.close();
    }
  },
});

function settingsOf(requestors: readonly string[], values: GenerateFlags): GenerateSettings {
  return {
    requestors,
    timeoutMs: values.timeout,
    stateTimeoutMs: values["state-timeout"],
    pollMs: values.poll,
    settleMs: values.settle,
    globalMax: values["global-max"],
    acceptValueLeft: values["accept-value-left"],
    secondRestart: values["second-restart"],
    ...(values["kick-after"] === undefined ? {} : { kickAfterMs: values["kick-after"] }),
  };
}

async function guardOf(maxShrink: number, { stateDir, confirm }: CliContext): Promise<ShrinkGuard> {
  const { listRuns } = await import("../journal/store.ts");
  const { pastDeliveries } = await import("../push/last-delivery.ts");
  return { past: pastDeliveries(await listRuns(stateDir)), maxShrink, confirm };
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

/** A setting that has no default. Throws `USAGE` when nobody said it. */
export function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new ResyncError("USAGE", {
    message: `--${name} is missing.`,
    state: "Nothing was started.",
    hint: `Give --${name}, or set it in the config file or as RESYNC_${name.replaceAll("-", "_").toUpperCase()}.`,
  });
}

function keptBeforeRestart(): ResyncError {
  return new ResyncError("USAGE", {
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
    hint: "If they are, say so with --alike. Otherwise push once for each requestor, each to a place of its own.",
    reference: "Q156063",
    facts: { requestors: [...requestors] },
  });
}
