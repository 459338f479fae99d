import {
  choiceOr,
  duration,
  flag,
  optionalDuration,
  percentage,
  text,
  texts,
  wholeNumber,
  type OptionValues,
} from "../config/option.ts";
import { MAX_SHRINK } from "../glb/shrink.ts";
import type { GenerateSettings } from "../push/sources.ts";
import { dssOptions } from "./dss.ts";
import { handoffOptions } from "./handoff.ts";
import { placeOptions } from "./place-options.ts";
import { splitOptions } from "./split-options.ts";
import { tapeOptions } from "./tape-options.ts";

/** Flags of how the DSS is to write the list. */
export const generateOptions = {
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
  "second-restart": flag("Restart the service once more behind the list, as the notes of Exchange 5.0 say"),
} as const;

/** Flags of where a list goes and how: what each requestor in the config file may say for itself. */
export const deliverOptions = {
  to: texts("Place to deliver to: a path, sftp://, smb://, media:, tape:; repeatable", { placeholder: "PLACE" }),
  "drop-in-glb": flag("The places are postoffices: check each, and put the bare list into its GLB for its own cycle"),
  ...splitOptions,
  ...tapeOptions,
  "sign-key": text("Private key (resync keygen) to sign the delivery with", { placeholder: "FILE" }),
  ...placeOptions,
} as const;

/** Flags of a push for requestors that the config file names. */
export const fleetOptions = {
  all: flag("Push to every requestor that the config file names"),
  parallel: wholeNumber("With several requestors: deliveries at the same time", { least: 1, fallback: 3 }),
  anew: flag("Start over, even if the last push of several requestors is unfinished"),
} as const;

export const pushOptions = {
  dss: text("The DSS: samba://user@host, windows:[//HOST], handoff:DIR or simulated:DIR", { placeholder: "DSS" }),
  requestor: texts("Requestor to write the list for: its name (RDN) or its entry in the config file", {
    placeholder: "NAME",
  }),
  ...fleetOptions,
  alike: flag("Several requestors share one configuration, so one list is right for all"),
  generate: flag("Have the DSS write a new list", { fallback: true }),
  resume: flag("handoff: only: wait for the answer to files that were written before"),
  keep: flag("Leave Resync.glb in Dxadata after delivery"),
  ...generateOptions,
  ...handoffOptions,
  "max-shrink": percentage("How much smaller than the one delivered last the list may be unasked", MAX_SHRINK),
  "exit-unchanged": flag("Exit 10 when every place holds this very list already"),
  "dry-run": flag("Read everything, change nothing, print what would be done", { alias: "n" }),
  ...dssOptions,
  ...deliverOptions,
} as const;

export type PushValues = OptionValues<typeof pushOptions>;

/** How the DSS is to write a list. */
export function generateSettingsOf(values: OptionValues<typeof generateOptions>): Omit<GenerateSettings, "requestors"> {
  return {
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
