import { systemClock, type Clock } from "../../clock.ts";
import { ResyncError } from "../../errors.ts";
import { silentReporter, type Reporter } from "../../report/reporter.ts";
import { formatPlaceAddress, type PlaceAddress } from "../place-address.ts";
import type { Place } from "../place.ts";
import type { SshOptions } from "../ssh/options.ts";
import { again } from "./again.ts";
import { withDryRun } from "./dry-run.ts";
import { localPlace } from "./local.ts";
import { withLog } from "./log.ts";
import { withRetry } from "./retry.ts";

export interface OpenOptions {
  readonly ssh?: SshOptions;
  readonly reporter?: Reporter;
  readonly clock?: Clock;
  /** Ends the first opening; acts, and what they open anew, have their own. */
  readonly signal?: AbortSignal;
  /** Refuse every write at the port (`DRY_RUN`). */
  readonly dryRun?: boolean;
  /** Tries of each act in all; 1 for none again. */
  readonly attempts?: number;
}

/**
 * Opens the place behind an address, with its decorators: log, retry, dry run. Throws what its driver throws when it cannot be opened.
 * A local folder is not looked at before the first act.
 */
export async function openPlace(address: PlaceAddress, options: OpenOptions = {}): Promise<Place> {
  const reporter = options.reporter ?? silentReporter;
  const patience = { attempts: options.attempts ?? 4, clock: options.clock ?? systemClock, reporter };
  const connect = async (signal?: AbortSignal): Promise<Place> =>
    withLog(await openDriver(address, options.ssh ?? {}, reporter, signal), reporter);
  // A server that hangs up before the login may only have too many logins at once (MaxStartups); other refusals are told at once.
  const first = await again(
    `Connecting to ${formatPlaceAddress(address)}`,
    patience,
    options.signal,
    async () => connect(options.signal),
    (failure) => failure.code === "CONNECT_FAILED" && failure.retryable,
  );
  const place = withRetry(first, { ...patience, reopen: async () => connect() });
  return options.dryRun === true ? withDryRun(place) : place;
}

async function openDriver(
  address: PlaceAddress,
  ssh: SshOptions,
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<Place> {
  switch (address.kind) {
    case "local":
      return localPlace(address.path);
    case "sftp": {
      const { sftpPlace } = await import("./sftp.ts");
      return sftpPlace(address, { ssh, reporter, ...(signal ? { signal } : {}) });
    }
    case "smb":
    case "smb1":
      throw notYet(address); // smb.ts and smbclient.ts plug in here.
  }
}

function notYet(address: PlaceAddress): ResyncError {
  return new ResyncError("USAGE", {
    message: `${formatPlaceAddress(address)}: ${address.kind}:// places cannot be opened yet.`,
    hint: "Mount the share and give its path, or use sftp://.",
  });
}
