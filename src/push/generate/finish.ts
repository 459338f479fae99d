import type { RunContext } from "../../context.ts";
import { hasCode } from "../../errors.ts";
import { step } from "../../report/step.ts";
import { changeToJson } from "./change.ts";
import type { DssHost } from "./dss-host.ts";
import { findResync } from "./kept-name.ts";
import { withFolder } from "./locate.ts";
import type { Generated, GenerateRequest } from "./request.ts";
import { restartOnceMore } from "./second-restart.ts";
import { setAside } from "./set-aside.ts";

/** The journal's step for setting the delivered list aside; not undone, and harmless when cut off. */
export const FINISH_STEP = "generate.finish";

export interface FinishOptions {
  /** Leaves the DSS's Resync.glb in Dxadata. */
  readonly keep: boolean;
  /** Restart the service once more (Q156063), with this patience. */
  readonly secondRestart?: Pick<GenerateRequest, "stateTimeoutMs" | "pollMs"> | undefined;
}

/**
 * Behind a delivery: gives the DSS's Resync.glb a kept name, because a requestor role would load it at the next start (Q156124) and the
 * next generation overwrites it (Q156063). With `keep`, or when another file stands there by now, it is left. Never fails over a file
 * that somebody holds open: that is a warning. Then restarts the service once more, if asked to and nothing is left there. Returns the
 * kept file's Windows path.
 */
export async function finishOnDss(
  host: DssHost,
  list: Pick<Generated, "dxadata" | "name" | "size">,
  options: FinishOptions,
  context: RunContext,
): Promise<string | undefined> {
  const kept = await takeAway(host, list, options.keep, context);
  const { secondRestart } = options;
  if (secondRestart !== undefined && (await nothingLeft(host, list, context)))
    await restartOnceMore(host, secondRestart, context);
  return kept;
}

async function nothingLeft(
  host: DssHost,
  { dxadata }: Pick<Generated, "dxadata">,
  { reporter }: RunContext,
): Promise<boolean> {
  const present = await withFolder(host, dxadata, (place) => findResync(place));
  if (present === undefined) return true;
  reporter.emit({
    type: "warning",
    text: `The service was not restarted once more: ${dxadata}\\${present.name} is still there.`,
    hint: "Move it out of Dxadata by hand, then restart the service.",
    reference: "Q156063, Q156124",
    facts: { dxadata },
  });
  return false;
}

async function takeAway(
  host: DssHost,
  list: Pick<Generated, "dxadata" | "name" | "size">,
  keep: boolean,
  context: RunContext,
): Promise<string | undefined> {
  const { reporter, journal, clock } = context;
  const path = `${list.dxadata}\\${list.name}`;
  const title = "Take Resync.glb out of the DSS's reach";
  if (keep) {
    reporter.emit({ type: "step-skipped", id: "dss-finish", title, why: `${path} is kept` });
    return undefined;
  }
  return step(reporter, "dss-finish", title, async () => {
    const present = await withFolder(host, list.dxadata, (place) => findResync(place));
    if (present?.size !== list.size) {
      const why = present === undefined ? "it is gone already" : "another file stands there by now; it was left alone";
      return { found: why, facts: { path }, value: undefined };
    }
    try {
      const kept = await setAside(host, list.dxadata, present.name, clock.now(), (change, act) =>
        journal.act(FINISH_STEP, { host: host.label, ...changeToJson(change) }, act),
      );
      return { found: kept, facts: { path, kept }, value: kept };
    } catch (error) {
      if (!hasCode(error, "FILE_BUSY", "ACCESS_DENIED")) throw error;
      reporter.emit({
        type: "warning",
        text: `${path} could not be renamed and stays there: ${error.message}`,
        hint: "Move it out of Dxadata by hand: a Dirsync Requestor role would load it at the next start of the service.",
        reference: "Q156124",
        facts: { path },
      });
      return { found: "left where it is", facts: { path }, value: undefined };
    }
  });
}
