import { hasCode, ResyncError } from "../../../errors.ts";
import { collectBytes } from "../../../transfer/bytes.ts";
import { placePath, type Place } from "../../../transfer/place.ts";
import { guarded, refuseGuests } from "../../../transfer/smbclient/guests.ts";
import { openSambaSession, type SambaPrograms } from "../../../transfer/smbclient/session.ts";
import type { DssHost } from "../dss-host.ts";
import { splitWindowsPath, withFolder } from "../locate.ts";
import { fileVersionOf } from "./pe-version.ts";
import { formatSambaAddress, type SambaAddress } from "./samba/address.ts";
import { sambaEvents } from "./samba/events.ts";
import { sambaFolder, sambaFreeBytes } from "./samba/folder.ts";
import { sambaRegistry } from "./samba/registry.ts";
import { sambaServices } from "./samba/services.ts";

export interface SambaHostOptions extends SambaPrograms {
  /** Asked once, when the first act is done; `undefined` ends in `SECRET_MISSING`. */
  readonly password: () => Promise<string | undefined>;
  /** Also speak SMB1, which NT 4 and 2000 need. */
  readonly smb1?: boolean | undefined;
  /** NTLM instead of NTLMv2, for NT 4 before SP4 (Q147706); needs `smb1`. */
  readonly ntlmv1?: boolean | undefined;
}

/**
 * An NT 4 or 2000 host from afar, by Samba's `net` and `smbclient`: its registry, its services, and its folders through administrative
 * shares. Nothing is sent before the first act. A guest's session is refused as `AUTH_FAILED`, in every dialect.
 */
export function openSambaHost(address: SambaAddress, options: SambaHostOptions): DssHost {
  const { password, smb1, ntlmv1, ...programs } = options;
  const target = { ...address, password: once(password), smb1, ntlmv1 };
  const unguarded = openSambaSession(target, programs);
  const session = smb1 === true ? guarded(unguarded, () => refuseGuests(target, undefined, programs)) : unguarded;
  const label = formatSambaAddress(address);
  const cannot = (what: string) =>
    Promise.reject(new ResyncError("CONTRACT", { message: `${label} cannot ${what}: ask its capabilities first.` }));
  const host: DssHost = {
    label,
    capabilities: { fileVersion: true, eventLog: true, freeSpace: true, pause: true, roles: false },
    ...sambaRegistry(session),
    ...sambaServices(session),
    openFolder: async (windowsPath) => sambaFolder(session, label, windowsPath),
    async fileVersion(windowsPath) {
      const { folder, name } = splitWindowsPath(windowsPath);
      try {
        const read = (place: Place) => collectBytes(place.read(placePath(name)), MAX_PROGRAM);
        return fileVersionOf(await withFolder(host, folder, read));
      } catch (error) {
        if (hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) return undefined;
        throw error;
      }
    },
    freeBytes: (windowsPath) => sambaFreeBytes(session, label, windowsPath),
    ...sambaEvents(session),
    dirsyncRoles: () => cannot("look up directory objects"),
    close: () => session.close(),
  };
  return host;
}

/** The same answer for everybody who asks. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** Bytes. Dxa.exe has less than 300,000 (Q243604). */
const MAX_PROGRAM = 64 * 1024 * 1024;
