import { randomBytes } from "node:crypto";
import { EXIT, hasCode, ResyncError } from "../../errors.ts";
import { sambaError } from "./errors.ts";
import { openSambaSession, type SambaPrograms, type SambaSession, type SambaTarget } from "./session.ts";

/**
 * Refuses a guest's session over SMB1, which Samba's programs take without a word: servers give it to users they do not know (NT with its
 * Guest account enabled, `map to guest = bad user`), some to anybody with a wrong password (`bad password`). The server is asked whom it
 * takes us for, and a stranger with a made-up name (LsarGetUserName): a guest is who is taken for the same. A server that does not tell must
 * refuse our name with a made-up password in `share`; without a `share` it must tell. Throws `AUTH_FAILED`, and what connecting throws.
 *
 * Over SMB2 and 3 there is nothing to ask: a guest cannot sign, and signing is required there.
 */
export async function refuseGuests(
  target: SambaTarget,
  share: string | undefined,
  options: GuestOptions,
): Promise<void> {
  const nonsense = async (): Promise<string> => randomBytes(9).toString("base64url");
  const stranger = { ...target, domain: undefined, user: `rs-${randomBytes(6).toString("hex")}`, password: nonsense };
  const ours = await knownAs(target, options);
  if (ours instanceof ResyncError && (share === undefined || isFinal(ours))) throw ours;
  const theirs = await knownAs(stranger, options);
  if (isRefusal(theirs)) return;
  if (theirs instanceof ResyncError && share === undefined) throw theirs;
  const guest =
    typeof ours === "string" && typeof theirs === "string"
      ? theirs === ours
      : await allGetIn([stranger, { ...target, password: nonsense }], share ?? "", options);
  if (!guest) return;
  throw new ResyncError("AUTH_FAILED", {
    message: `${target.host} lets ${target.user} in as a guest only, as it does with users it does not know and, perhaps, with wrong passwords.`,
    state: "Nothing was written.",
    hint: "Check user name, domain and password, or have the server's Guest account disabled.",
    facts: { host: target.host, user: target.user, guest: true },
  });
}

export interface GuestOptions extends SambaPrograms {
  readonly signal?: AbortSignal | undefined;
}

/** The account and its authority that the server takes a caller for, or why it does not tell. */
async function knownAs(target: SambaTarget, options: GuestOptions): Promise<string | ResyncError> {
  return withSession(target, options, async (session) => {
    try {
      const output = await session.rpc("getusername", { signal: options.signal });
      const told = /^Account Name: .*, Authority Name: .*$/mu.exec(output.stdout)?.[0];
      return told ?? (await sambaError(target, output, `${target.user} cannot log on`));
    } catch (error) {
      if (hasCode(error, "PROGRAM_MISSING")) return error;
      throw error;
    }
  });
}

async function allGetIn(targets: readonly SambaTarget[], share: string, options: GuestOptions): Promise<boolean> {
  for (const target of targets) {
    if (!(await getsIn(target, share, options))) return false;
  }
  return true;
}

async function getsIn(target: SambaTarget, share: string, options: GuestOptions): Promise<boolean> {
  return withSession(target, options, async (session) => {
    const output = await session.smbclient(share, "ls", { signal: options.signal });
    if (output.codes.length === 0 && output.exitCode === 0) return true;
    const error = await sambaError(target, output, `The log-on of ${target.user} cannot be tried`);
    if (isRefusal(error)) return false;
    throw error;
  });
}

/** True for a failure that another way of asking would meet too. */
function isFinal({ code, exitCode }: ResyncError): boolean {
  return code === "AUTH_FAILED" || exitCode === EXIT.connection;
}

function isRefusal(answer: string | ResyncError): boolean {
  return hasCode(answer, "AUTH_FAILED", "ACCESS_DENIED");
}

async function withSession<T>(
  target: SambaTarget,
  programs: SambaPrograms,
  act: (session: SambaSession) => Promise<T>,
): Promise<T> {
  const session = openSambaSession(target, programs);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

/** The session, with its first call preceded by `guard`, and every later one as long as that throws. */
export function guarded(session: SambaSession, guard: () => Promise<void>): SambaSession {
  let passed: Promise<void> | undefined;
  const pass = (): Promise<void> =>
    (passed ??= guard().catch((error: unknown) => {
      passed = undefined;
      throw error;
    }));
  return {
    ...session,
    net: async (...call) => pass().then(() => session.net(...call)),
    smbclient: async (...call) => pass().then(() => session.smbclient(...call)),
    rpc: async (...call) => pass().then(() => session.rpc(...call)),
    async *smbclientStream(...call) {
      await pass();
      return yield* session.smbclientStream(...call);
    },
    async *rpcStream(...call) {
      await pass();
      return yield* session.rpcStream(...call);
    },
  };
}
