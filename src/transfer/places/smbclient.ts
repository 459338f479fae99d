import { ResyncError } from "../../errors.ts";
import { formatPlaceAddress, type SmbAddress } from "../place-address.ts";
import type { Place } from "../place.ts";
import { refuseGuests } from "../smbclient/guests.ts";
import { smbclientPlace } from "../smbclient/place.ts";
import { openSambaSession, type SambaPrograms, type SambaTarget } from "../smbclient/session.ts";

/** How to reach a folder through Samba's `smbclient`, beyond its address. */
export interface Smb1PlaceOptions extends SambaPrograms {
  /** Asked once. */
  readonly password: () => Promise<string>;
  /** NTLM instead of NTLMv2, which NT 4 before SP4 does not know (Q147706). It gives the password away to listeners. */
  readonly ntlmv1?: boolean;
  readonly signal?: AbortSignal;
}

/** The port of an address that names none: the programs then try 445 and 139 themselves. */
const DEFAULT_PORT = 139;

/**
 * A folder on a server that speaks SMB1, through Samba's `smbclient`. Only for who asks for it: SMB1 is open to listeners and, on NT 4,
 * to changes on the way. The folder is looked at once, so that what is wrong with address, user or password shows here. Throws
 * `PROGRAM_MISSING`, `USAGE`, `AUTH_FAILED` (also where the server would take the file from a guest), and what connecting throws.
 */
export async function openSmb1Place(address: SmbAddress, options: Smb1PlaceOptions): Promise<Place> {
  const { user, share, path, domain, host, port } = address;
  const label = formatPlaceAddress(address);
  if (user === undefined) throw noUser(label);
  const target: SambaTarget = {
    host,
    ...(port === DEFAULT_PORT ? {} : { port }),
    user,
    domain,
    password: options.password,
    smb1: true,
    ntlmv1: options.ntlmv1,
  };
  const place = smbclientPlace(openSambaSession(target, options), { share, path, label });
  try {
    const call = options.signal === undefined ? {} : { signal: options.signal };
    await place.list(undefined, call);
    await refuseGuests(target, share, options);
    return place;
  } catch (error) {
    await place.close();
    throw error;
  }
}

function noUser(label: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `The place ${label} names no user.`,
    hint: "Write smb1://user@host/share/path, or smb1://domain;user@host/share/path for an account of a domain.",
  });
}
