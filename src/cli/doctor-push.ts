import { asResyncError } from "../errors.ts";
import { check, type Check } from "../check.ts";
import type { OpenOptions } from "../transfer/places/open.ts";
import type { CliContext } from "./command.ts";
import { openDss, type DssOptions } from "./dss.ts";
import { tapeOf } from "./tape-options.ts";
import { placeOf } from "./targets.ts";

/** The checks of a push on a DSS. Changes nothing; a failure is a check that says no. */
export async function checkDssForDoctor(text: string, options: DssOptions, cli: CliContext): Promise<Check[]> {
  const { diagnoseDss } = await import("../push/generate/checks/diagnose.ts");
  const host = await openDss(text, options, cli);
  try {
    return await diagnoseDss(host);
  } finally {
    await host.close();
  }
}

/** Whether a place can be reached and listed, or a tape answers. */
export async function checkPlaceForDoctor(
  text: string,
  options: Pick<OpenOptions, "ssh" | "smb"> & { readonly mt: string | undefined },
  cli: CliContext,
  title = `Place ${text}`,
): Promise<Check> {
  const made = check("place", title);
  try {
    const tape = tapeOf(text, options, cli);
    if (tape !== undefined) {
      const { lookAtTape } = await import("../push/tape-target.ts");
      return made.ok((await lookAtTape(tape, cli.signal)).found);
    }
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

/** A check that says no, because of a failure. */
export function refusedBy(made: ReturnType<typeof check>, error: unknown): Check {
  const { message, hint } = asResyncError(error);
  return made.refused(message, hint);
}
