import { systemClock, type Clock } from "../../clock.ts";
import { ResyncError } from "../../errors.ts";
import { silentReporter, type Reporter } from "../../report/reporter.ts";
import { formatPlaceAddress, type PlaceAddress } from "../place-address.ts";
import type { Place } from "../place.ts";
import type { SshOptions } from "../ssh/options.ts";
import { mediumPlace } from "../media/medium-place.ts";
import { again } from "./again.ts";
import { withDryRun } from "./dry-run.ts";
import { localPlace } from "./local.ts";
import { withLog } from "./log.ts";
import { withRetry } from "./retry.ts";
import type { SmbPlaceOptions } from "./smb.ts";

/** How to log in at SMB servers and what to ask of them. */
export interface SmbSettings extends Pick<
  SmbPlaceOptions,
  "signing" | "encryption" | "connectTimeoutMs" | "requestTimeoutMs"
> {
  readonly secret?: () => Promise<string | undefined>;
  /** `smb1://` only: NTLM instead of NTLMv2, for NT 4 before SP4. */
  readonly ntlmv1?: boolean;
}

export interface OpenOptions {
  readonly ssh?: SshOptions;
  readonly smb?: SmbSettings;
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
    withLog(await openDriver(address, options, reporter, signal), reporter);
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
  { ssh = {}, smb = {} }: OpenOptions,
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<Place> {
  switch (address.kind) {
    case "local":
      return address.medium ? mediumPlace(address.path) : localPlace(address.path);
    case "sftp": {
      const { sftpPlace } = await import("./sftp.ts");
      return sftpPlace(address, { ssh, reporter, ...(signal ? { signal } : {}) });
    }
    case "smb": {
      const { openSmbPlace } = await import("./smb.ts");
      return openSmbPlace(address, { ...smb, password: passwordFor(address, smb), ...(signal ? { signal } : {}) });
    }
    case "smb1": {
      const { openSmb1Place } = await import("./smbclient.ts");
      const { ntlmv1 = false, requestTimeoutMs: idleMs } = smb;
      const password = passwordFor(address, smb);
      return openSmb1Place(address, { ntlmv1, password, idleMs, ...(signal ? { signal } : {}) });
    }
  }
}

function passwordFor(address: PlaceAddress, { secret }: SmbSettings): () => Promise<string> {
  return async () => {
    const password = await secret?.();
    if (password !== undefined) return password;
    throw new ResyncError("SECRET_MISSING", {
      message: `The password for ${formatPlaceAddress(address)} is not known.`,
      state: "Nothing was sent.",
      hint: "Set RESYNC_SMB_PASSWORD, RESYNC_SMB_PASSWORD_FILE or RESYNC_SMB_PASSWORD_COMMAND.",
    });
  };
}
