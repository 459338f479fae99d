import { hasCode } from "../../errors.ts";
import type { Place } from "../place.ts";
import { untilAborted } from "../../abort.ts";

/** The one open place behind a place that can be reopened. */
export interface Lease {
  /** The place as it is now; after a loss it is opened anew. */
  current(): Promise<Place>;
  /** Runs `act` on `used`, for which it waits no longer than `signal` lets it; when the connection is found lost, it is closed, and the next `current()` opens another. */
  use<T>(used: Promise<Place>, signal: AbortSignal | undefined, act: (place: Place) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Starts with `first`, which is open. */
export function leasePlace(first: Place, reopen: () => Promise<Place>): Lease {
  let current: Promise<Place> | undefined = Promise.resolve(first);
  const closeQuietly = async (used: Promise<Place> | undefined): Promise<void> =>
    used?.then((place) => place.close()).catch(() => undefined);
  return {
    current: () => (current ??= reopen()),
    use: async (used, signal, act) => {
      try {
        return await act(await untilAborted(used, signal));
      } catch (error) {
        if (isLoss(error) && current === used) {
          current = undefined;
          await closeQuietly(used);
        }
        throw error;
      }
    },
    close: async () => closeQuietly(current),
  };
}

function isLoss(error: unknown): boolean {
  return hasCode(
    error,
    "CONNECTION_LOST",
    "STALLED",
    "CONNECT_FAILED",
    "CONNECT_TIMEOUT",
    "CONNECT_REFUSED",
    "HOST_NOT_FOUND",
  );
}
