import { hasCode } from "../../errors.ts";
import type { Place } from "../place.ts";

/** The one open place behind a place that can be reopened. */
export interface Lease {
  /** The place as it is now; after a loss it is opened anew. */
  current(): Promise<Place>;
  /** Runs `act` on `used`; when the connection is found lost, it is closed, and the next `current()` opens another. */
  use<T>(used: Promise<Place>, act: (place: Place) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Starts with `first`, which is open. */
export function leasePlace(first: Place, reopen: () => Promise<Place>): Lease {
  let current: Promise<Place> | undefined = Promise.resolve(first);
  const closeQuietly = async (used: Promise<Place> | undefined): Promise<void> =>
    used?.then((place) => place.close()).catch(() => undefined);
  return {
    current: () => (current ??= reopen()),
    use: async (used, act) => {
      try {
        return await act(await used);
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
