import type { RunContext } from "../../context.ts";
import { hasCode } from "../../errors.ts";
import { step } from "../../report/step.ts";
import { changeToJson } from "./change.ts";
import type { DssHost } from "./dss-host.ts";
import { findResync } from "./kept-name.ts";
import { withFolder } from "./locate.ts";
import type { Generated } from "./request.ts";
import { setAside } from "./set-aside.ts";

/** The journal's step for setting the delivered list aside; not undone, and harmless when cut off. */
export const FINISH_STEP = "generate.finish";

/**
 * Behind a delivery: gives the DSS's Resync.glb a kept name, because a requestor role would load it at the next start (Q156124) and the
 * next generation overwrites it (Q156063). With `keep`, or when another file stands there by now, it is left. Returns its Windows path,
 * if it was set aside. Never fails over a file that somebody holds open: that is a warning.
 */
export async function finishOnDss(
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
