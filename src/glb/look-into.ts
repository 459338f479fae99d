import type { RunContext } from "../context.ts";
import { step } from "../report/step.ts";
import { checkMasterList, type MasterListCheck } from "./identify.ts";

/** `checkMasterList` as a step of a run: told with what the list holds, its warnings behind it. Throws what that throws. */
export async function lookInto(
  path: string,
  { reporter, signal }: Pick<RunContext, "reporter" | "signal">,
): Promise<MasterListCheck> {
  const check = await step(reporter, "check", "Check the master list", async () => {
    const value = await checkMasterList(path, { signal });
    return { found: value.summary, facts: value.facts, value };
  });
  for (const warning of check.warnings) reporter.emit({ type: "warning", ...warning });
  return check;
}
