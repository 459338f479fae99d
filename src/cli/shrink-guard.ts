import type { ShrinkGuard } from "../push/compare-last.ts";
import type { CliContext } from "./command.ts";

/** The guard against lists that have lost addresses, with what this machine's journals tell of earlier ones. */
export async function guardOf(
  maxShrink: number,
  { stateDir, confirm }: Pick<CliContext, "stateDir" | "confirm">,
): Promise<ShrinkGuard> {
  const { listRuns } = await import("../journal/store.ts");
  const { pastDeliveries } = await import("../push/last-delivery.ts");
  return { past: pastDeliveries(await listRuns(stateDir)), maxShrink, confirm };
}
