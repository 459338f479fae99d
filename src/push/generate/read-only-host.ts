import { ResyncError } from "../../errors.ts";
import { withDryRun } from "../../transfer/places/dry-run.ts";
import type { DssHost } from "./dss-host.ts";

/** The host with every write refused with `DRY_RUN`: the guard under `--dry-run`. Folders it opens refuse writes too. */
export function withReadOnlyHost(host: DssHost): DssHost {
  const refuse = (act: string) => (): Promise<never> =>
    Promise.reject(
      new ResyncError("DRY_RUN", {
        message: `${act} on ${host.label} was refused: this is a dry run. That it was tried is a defect of resync.`,
        facts: { host: host.label, act },
      }),
    );
  return {
    ...host,
    writeValue: refuse("Writing a registry value"),
    deleteValue: refuse("Removing a registry value"),
    requestStop: refuse("Stopping the service"),
    requestStart: refuse("Starting the service"),
    requestPause: refuse("Pausing the service"),
    requestContinue: refuse("Continuing the service"),
    openFolder: async (path) => withDryRun(await host.openFolder(path)),
  };
}
