import { randomBytes } from "node:crypto";
import { ResyncError } from "../../errors.ts";
import { formatPlaceAddress, type SmbAddress } from "../place-address.ts";
import type { Place } from "../place.ts";
import { sambaError } from "../smbclient/errors.ts";
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

/**
 * smbclient takes a guest's session without a word, as servers give it to users they do not know ("map to guest"; NT with its Guest
 * account enabled). Where a made-up user gets in, ours must be refused with a made-up password: then the server knows it, and has
 * checked the right one.
 */
async function refuseGuests(target: SambaTarget, share: string, options: Smb1PlaceOptions): Promise<void> {
  const nonsense = async (): Promise<string> => randomBytes(9).toString("base64url");
  const stranger = { ...target, domain: undefined, user: `rs-${randomBytes(6).toString("hex")}`, password: nonsense };
  if (!(await getsIn(stranger, share, options))) return;
  if (!(await getsIn({ ...target, password: nonsense }, share, options))) return;
  throw new ResyncError("AUTH_FAILED", {
    message: `${target.host} lets ${target.user} in with any password: as a guest, which it does for users it does not know.`,
    state: "Nothing was written.",
    hint: "Check user name and domain, or have the server's Guest account disabled.",
    facts: { host: target.host, user: target.user, guest: true },
  });
}

async function getsIn(target: SambaTarget, share: string, options: Smb1PlaceOptions): Promise<boolean> {
  const session = openSambaSession(target, options);
  try {
    const call = options.signal === undefined ? {} : { signal: options.signal };
    const output = await session.smbclient(share, "ls", call);
    if (output.codes.length === 0 && output.exitCode === 0) return true;
    const refused = await sambaError(target, output, `The log-on of ${target.user} cannot be tried`);
    if (refused.code === "AUTH_FAILED" || refused.code === "ACCESS_DENIED") return false;
    throw refused;
  } finally {
    await session.close();
  }
}

function noUser(label: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `The place ${label} names no user.`,
    hint: "Write smb1://user@host/share/path, or smb1://domain;user@host/share/path for an account of a domain.",
  });
}
