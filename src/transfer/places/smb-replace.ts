import { setTimeout as pause } from "node:timers/promises";
import { asResyncError, hasCode, ResyncError, throwIfAborted } from "../../errors.ts";
import { isHeldOpen } from "../../smb2/files/held-open.ts";
import { renameFile } from "../../smb2/files/rename.ts";
import { statPath } from "../../smb2/files/stat.ts";
import type { Share } from "../../smb2/share.ts";

/** Milliseconds between tries, growing: about 3 s in all, long enough for a virus scanner to let go. */
const PAUSES = [20, 50, 100, 200, 400, 800, 1600];

/**
 * Renames `from` over `to`. Windows refuses while somebody has the old file open, as a sharing violation or just as access denied
 * (MS-FSA 2.1.5.15.11); that is tried again for a while and is `FILE_BUSY` in the end. Throws `IS_A_FOLDER` for a folder in the way.
 */
export async function replaceSmb(
  share: Share,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const wait of [...PAUSES, undefined]) {
    throwIfAborted(signal);
    try {
      return await renameFile(share, from, to, { replace: true });
    } catch (error) {
      if (!hasCode(error, "ACCESS_DENIED", "FILE_BUSY", "ALREADY_EXISTS", "IS_A_FOLDER", "IO")) throw error;
      const why = await reason(share, to, asResyncError(error));
      if (why.code !== "FILE_BUSY" || wait === undefined) throw why;
      await pause(wait);
    }
  }
}

/** What a refused rename was refused for: servers have few words for it. */
async function reason(share: Share, to: string, refused: ResyncError): Promise<ResyncError> {
  const standing = await statPath(share, to).catch(() => undefined);
  if (standing?.kind === "folder") {
    return new ResyncError("IS_A_FOLDER", {
      message: `${share.label}/${to} is a folder; no file can take its place.`,
      state: "Nothing was changed.",
      cause: refused,
    });
  }
  if (refused.code !== "FILE_BUSY" && !(standing !== undefined && (await isHeldOpen(share, to)))) return refused;
  return new ResyncError("FILE_BUSY", {
    message: `${share.label}/${to} cannot be replaced: somebody has it open.`,
    state: "The old file stands there as it was.",
    hint: "Close the program that has it open (on Windows: Computer Management > Shared Folders > Open Files), or try again later.",
    facts: refused.facts,
    retryable: true,
    cause: refused,
  });
}
