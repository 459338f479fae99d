import { asResyncError } from "../errors.ts";
import { check, type Check } from "../import/postoffice/check.ts";
import type { OpenOptions } from "../transfer/places/open.ts";
import type { CliContext } from "./command.ts";
import { openDss, type DssOptions } from "./dss.ts";
import { placeOf } from "./targets.ts";

/** The checks of a push on a DSS: found, located, ready. Changes nothing; a failure is a check that says no. */
export async function checkDssForDoctor(text: string, options: DssOptions, cli: CliContext): Promise<Check[]> {
  const { locateDxadata, readServiceValues } = await import("../push/generate/locate.ts");
  const { DXA_SERVICE, TRIGGER_VALUE } = await import("../push/generate/dss-host.ts");
  const host = await openDss(text, options, cli);
  try {
    const checks: Check[] = [];
    const attempt = async (made: ReturnType<typeof check>, act: () => Promise<Check>) =>
      checks.push(await act().catch((error: unknown) => refusedBy(made, error)));
    const dxadata = check("dss-dxadata", "Dxadata on the DSS", "Q185504");
    await attempt(dxadata, async () => {
      const found = await locateDxadata(host, await readServiceValues(host));
      return dxadata.ok(`${found.dxadata} (${found.source})`);
    });
    const service = check("dss-service", `Service ${DXA_SERVICE}`, "Q176566");
    await attempt(service, async () => {
      const { state, startType } = await host.queryService(DXA_SERVICE);
      const found = `${state}, start type ${startType}`;
      return startType === "disabled" ? service.refused(found, "Set it to manual or automatic.") : service.ok(found);
    });
    const value = check("dss-value", `Registry value ${TRIGGER_VALUE}`, "Q150976");
    await attempt(value, async () => {
      const there = (await readServiceValues(host)).get(TRIGGER_VALUE);
      if (there === undefined) return value.ok("not there, as it should be");
      return value.refused(
        "it is there already",
        "If a push of this machine was cut off, run resync recover; otherwise ask who set it.",
      );
    });
    return checks;
  } finally {
    await host.close();
  }
}

/** Whether a place can be reached and listed. */
export async function checkPlaceForDoctor(
  text: string,
  options: Pick<OpenOptions, "ssh" | "smb">,
  cli: CliContext,
): Promise<Check> {
  const made = check("place", `Place ${text}`);
  try {
    const target = placeOf(text, { ...options, dryRun: true, reporter: cli.reporter }, cli);
    const place = await target.open(cli.signal);
    try {
      const entries = await place.list(undefined, { signal: cli.signal });
      const { atomicReplace, fsync } = place.capabilities;
      const found = `reached, ${entries.length} entries; flushes ${fsync ? "yes" : "no"}`;
      if (atomicReplace) return made.ok(found);
      return made.warning(
        `${found}; cannot swap names in one act`,
        "For a moment no file stands under the name while it is replaced.",
      );
    } finally {
      await place.close();
    }
  } catch (error) {
    return refusedBy(made, error);
  }
}

function refusedBy(made: ReturnType<typeof check>, error: unknown): Check {
  const { message, hint } = asResyncError(error);
  return made.refused(message, hint);
}
