import { ResyncError } from "../../errors.ts";
import type { Share } from "../share.ts";

/** Milliseconds that clearing up after a failure may take. */
const CLEAR_UP_MS = 5000;

/**
 * Runs `act` after a failure. Never throws; ends the connection rather than wait long for a server that no longer answers. Returns
 * whether the act worked: the failure that led here is the one to tell.
 */
export async function clearUp(share: Share, act: () => Promise<void>): Promise<boolean> {
  if (share.broken !== undefined) return false;
  const timer = setTimeout(() => share.connection.end(gaveUp(share)), CLEAR_UP_MS);
  try {
    await act();
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function gaveUp(share: Share): ResyncError {
  return new ResyncError("CONNECTION_LOST", {
    message: `${share.label} did not answer while a failed act was cleared up; the connection was ended.`,
    retryable: true,
  });
}
