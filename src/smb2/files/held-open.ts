import { hasStatus } from "../failures.ts";
import { ACCESS, CREATE_OPTION, DISPOSITION, SHARE } from "../messages/access.ts";
import type { Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { closeQuietly, openHandle } from "./handle.ts";

/** True when somebody has the file open and lets nobody delete or replace it meanwhile. Changes nothing; on any other failure false. */
export async function isHeldOpen(share: Share, path: string): Promise<boolean> {
  const fields = {
    path,
    access: ACCESS.delete | ACCESS.synchronize,
    share: SHARE.all,
    disposition: DISPOSITION.open,
    options: CREATE_OPTION.notFolder | CREATE_OPTION.theLinkItself,
  };
  try {
    await closeQuietly(share, await openHandle(share, fields, "Looking at"));
    return false;
  } catch (error) {
    return hasStatus(error, STATUS.sharingViolation);
  }
}
