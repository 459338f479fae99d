import { ResyncError } from "../../../../errors.ts";
import type { Place } from "../../../../transfer/place.ts";
import { sambaError } from "../../../../transfer/smbclient/errors.ts";
import { parseFreeBytes } from "../../../../transfer/smbclient/listing.ts";
import { refuseUnquotable, smbclientPlace } from "../../../../transfer/smbclient/place.ts";
import type { SambaSession } from "../../../../transfer/smbclient/session.ts";

/**
 * A folder of the host by its Windows path, through the administrative share of its drive: Dxadata itself is not shared (Q186787, Q152808).
 * Throws `NAME_INVALID` for a path without a drive letter.
 */
export function sambaFolder(session: SambaSession, label: string, windowsPath: string): Place {
  const folder = { ...onShare(label, windowsPath), label: `${label} ${windowsPath}` };
  return smbclientPlace(shareExpected(session, label, windowsPath), folder, { keepSession: true });
}

/** Bytes free on the disk of a folder. Throws as `sambaFolder` does, and `NOT_FOUND` when there is no such folder. */
export async function sambaFreeBytes(session: SambaSession, label: string, windowsPath: string): Promise<number> {
  const { share, path } = onShare(label, windowsPath);
  refuseUnquotable(share, path);
  const output = await shareExpected(session, label, windowsPath).smbclient(share, `ls "\\${path}"`);
  const free = parseFreeBytes(output.stderr);
  if (free !== undefined && output.codes.length === 0) return free;
  throw await sambaError(session.target, output, `The free space of ${windowsPath} cannot be read`);
}

/** Where a Windows path lies: share, and path below it. */
function onShare(label: string, windowsPath: string): { share: string; path: string } {
  const found = /^([a-z]):[\\/]?(.*)$/isu.exec(windowsPath);
  if (found === null) {
    throw new ResyncError("NAME_INVALID", {
      message: `${windowsPath} on ${label} is not a path with a drive letter, so no administrative share leads there.`,
      hint: "DXADataPath and the Exchange folder must lie on a drive of the host itself.",
      reference: "Q185504",
      facts: { path: windowsPath },
    });
  }
  const [, drive = "", path = ""] = found;
  return { share: `${drive.toUpperCase()}$`, path: path.replaceAll("/", "\\") };
}

/** The session, with a share that is missing called what it is: not a missing folder, which might make a caller look elsewhere. */
function shareExpected(session: SambaSession, label: string, windowsPath: string): SambaSession {
  return {
    ...session,
    async smbclient(share, command, call) {
      const output = await session.smbclient(share, command, call);
      if (!output.codes.includes("NT_STATUS_BAD_NETWORK_NAME")) return output;
      throw new ResyncError("DSS_NOT_READY", {
        message: `${label} has no share ${share}, through which ${windowsPath} would be reached.`,
        hint: `Administrative shares are missing when AutoShareServer is 0; make this one on the host: net share ${share}=${share.slice(0, 1)}:\\`,
        reference: "Q245117, Q155345",
        facts: { share, path: windowsPath },
      });
    },
  };
}
