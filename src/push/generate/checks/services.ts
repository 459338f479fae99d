import type { Check } from "../../../check.ts";
import { hasCode } from "../../../errors.ts";
import type { DssHost, ServiceStatus } from "../dss-host.ts";
import { dssCheck } from "./dss-check.ts";

/** The service that the DXA depends on (Q143380). */
const MTA = "MSExchangeMTA";
/** The Cluster service (Q290651). */
const CLUSTER = "ClusSvc";

/** The MTA: the DXA depends on it, and starting the DXA starts it. */
export const mtaCheck = dssCheck("dss-mta", `Service ${MTA}`, "Q143380", async ({ host }, say): Promise<Check> => {
  const status = await serviceOf(host, MTA);
  if (status === undefined)
    return say.warning("there is none, and the DXA depends on it", "Is this a whole Exchange server?");
  if (status.state === "running") return say.ok("running");
  return say.warning(
    `${status.state}: a start of the DXA starts it too, and it stays on`,
    "Start the MTA first, or find out why it is off.",
  );
});

/** A cluster starts services again by itself, and restores registry values. */
export const clusterCheck = dssCheck(
  "dss-cluster",
  "Cluster",
  "Q290651, Q188635",
  async ({ host }, say): Promise<Check> => {
    const status = await serviceOf(host, CLUSTER);
    if (status === undefined) return say.ok("the Cluster service is not installed");
    return say.warning(
      `the Cluster service is ${status.state}: it may start the DXA again while it is to be stopped`,
      "Push to the active node, and set the resource's Advanced policy to Do not restart for the time of the push.",
    );
  },
);

/** A Server Monitor may restart the service or the whole machine; it runs somewhere in the site. */
export const monitorCheck = dssCheck("dss-monitor", "Server Monitors", "Q245838", (_scene, say) =>
  say.unknown(
    "whether a Server Monitor watches the DXA cannot be seen from here; by default none does",
    "If one does, suspend it for the time of the push: admin.exe /t nr, and admin.exe /t behind it.",
  ),
);

async function serviceOf(host: DssHost, name: string): Promise<ServiceStatus | undefined> {
  try {
    return await host.queryService(name);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
