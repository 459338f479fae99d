import { resolve } from "node:path";
import { flag, text, texts } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import type { Check, CheckOutcome } from "../check.ts";
import { paint, wrap, type Style } from "../report/style.ts";
import { defineCommand, type CliContext } from "./command.ts";
import { parsePlaceAddress } from "../transfer/place-address.ts";
import type { OpenOptions } from "../transfer/places/open.ts";
import { placeOptions, placeOptionsOf } from "./place-options.ts";
import { dssOptions, type DssOptions } from "./dss.ts";
import { checkHandoffForDoctor, handoffFolder } from "./handoff.ts";
import { checkFleetForDoctor, fleetForDoctor } from "./doctor-fleet.ts";
import { placeOf } from "./targets.ts";
import { checkDssForDoctor, checkPlaceForDoctor } from "./doctor-push.ts";
import { tapeOptions } from "./tape-options.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Run every check of push or import, changing nothing",
  positionals: [{ name: "name", describe: "Requestors, as with --requestor", required: false, option: "requestor" }],
  options: {
    postoffice: text("Check this postoffice, as an import would; a folder, sftp:// or smb://", {
      placeholder: "PLACE",
    }),
    dss: text("Check this DSS, as a push would", { placeholder: "DSS" }),
    to: texts("Check that this place can be reached; repeatable", { placeholder: "PLACE" }),
    requestor: texts("Check this requestor of the config file, and the DSS of its push", { placeholder: "NAME" }),
    all: flag("Check every requestor of the config file, and the DSS of their push"),
    ...tapeOptions,
    ...dssOptions,
    ...placeOptions,
  },
  exitStatus: [
    [EXIT.done, "all checks passed, perhaps with warnings"],
    [EXIT.usage, "nothing to check was named"],
    [EXIT.preflight, "at least one check says no"],
  ],
  examples: [
    ["resync doctor --postoffice /srv/maildata", "is this postoffice ready for an import?"],
    ["resync doctor --postoffice smb://admin@po1/maildata", "the same, through its share"],
    ["resync doctor --dss simulated:try/dss --to sftp://me@gw/in", "is everything ready for a push?"],
    ["resync doctor --all", "is everything ready for resync push --all?"],
  ],
  async run(values, _positionals, cli) {
    const checks: Check[] = [];
    if (values.postoffice !== undefined) {
      checks.push(...(await checkPostoffice(values.postoffice, placeOptionsOf(values, cli), cli)));
    }
    const fleet = fleetForDoctor(values, cli);
    const dss = values.dss ?? fleet?.dss;
    if (dss !== undefined) checks.push(...(await checkDss(dss, values, cli)));
    for (const place of values.to ?? []) {
      checks.push(await checkPlaceForDoctor(place, { ...placeOptionsOf(values, cli), mt: values.mt }, cli));
    }
    if (fleet !== undefined) checks.push(...(await checkFleetForDoctor(fleet.requestors, cli)));
    if (checks.length === 0) throw nothingNamed();
    const refused = checks.some(({ outcome }) => outcome === "refused");
    return {
      exitCode: refused ? EXIT.preflight : EXIT.done,
      outcome: refused ? "refused" : "ready",
      data: { checks },
      text: showChecks(checks, cli.style),
    };
  },
});

async function checkDss(dss: string, options: DssOptions, cli: CliContext): Promise<Check[]> {
  const folder = handoffFolder(dss);
  if (folder === undefined) return checkDssForDoctor(dss, options, cli);
  return [await checkHandoffForDoctor(resolve(cli.cwd, folder))];
}

async function checkPostoffice(
  text: string,
  options: Pick<OpenOptions, "ssh" | "smb">,
  cli: CliContext,
): Promise<Check[]> {
  if (parsePlaceAddress(text).kind === "local") {
    const { openPostoffice } = await import("../import/postoffice/postoffice.ts");
    const { runChecks } = await import("../import/postoffice/run-checks.ts");
    return runChecks(await openPostoffice(resolve(cli.cwd, text)));
  }
  const { lookAtPlace, runChecksAtPlace } = await import("../import/postoffice/at-place.ts");
  const place = await placeOf(text, { ...options, dryRun: true, reporter: cli.reporter }, cli).open(cli.signal);
  try {
    return await runChecksAtPlace(place, await lookAtPlace(place, cli.signal), cli.signal);
  } finally {
    await place.close();
  }
}

const MARK: Record<CheckOutcome, string> = { ok: "✔", warning: "!", refused: "✖", unknown: "?" };
const INK = { ok: "green", warning: "yellow", refused: "red", unknown: "yellow" } as const;

/** Checks for a person: what says no or gives a warning in full, what is well in one line each. */
function showChecks(checks: readonly Check[], style: Style): string {
  const lines = checks.map(({ outcome, title, found, remedy, article }) => {
    const head = `  ${paint(style, INK[outcome], MARK[outcome])} ${wrap(`${title}: ${found}`, style.width, "    ")}`;
    if (outcome === "ok" || remedy === undefined) return head;
    return `${head}\n    ${wrap(`→ ${remedy}${article === undefined ? "" : ` (${article})`}`, style.width, "      ", 4)}`;
  });
  const count = (outcome: CheckOutcome) => checks.filter((check) => check.outcome === outcome).length;
  return [
    ...lines,
    "",
    `${count("ok")} well, ${count("warning")} warnings, ${count("refused")} refused, ${count("unknown")} unknown.`,
  ].join("\n");
}

function nothingNamed(): ResyncError {
  return new ResyncError("USAGE", {
    message: "Nothing to check was named.",
    state: "Nothing was looked at.",
    hint: "Give --postoffice DIR for the import side, --dss and --to for the push side, --all for the requestors of the config file.",
  });
}
