import { posix } from "node:path";
import type { ByteSource } from "../../byte-source.ts";
import { asResyncError, hasCode, ResyncError } from "../../errors.ts";
import { ACCESS, CREATE_OPTION, DISPOSITION, SHARE } from "../messages/access.ts";
import { freeSpaceRequest, readFreeSpaceAnswer } from "../messages/query-info.ts";
import { nameOf, type Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { closeHandle, flush, letGo, openHandle, type Handle } from "./handle.ts";
import { clearUp } from "./clear-up.ts";
import { statPath } from "./stat.ts";
import { writeAll, type WriteSettings } from "./write.ts";

export interface CreateSettings extends WriteSettings {
  /** Total bytes if known: a disk that cannot hold them is found before the first is sent. */
  readonly size?: number | undefined;
  /** What to do when the name is taken: fail with `ALREADY_EXISTS` (default), or put the new contents there. */
  readonly existing?: "fail" | "overwrite";
}

/** Bytes from which on a question about the free space costs less time than it may save. */
const WORTH_ASKING = 4_194_304;

/**
 * Makes a file from `source` and settles when all bytes are on the server's medium. Nobody else can open it meanwhile. On failure the
 * new file is removed, by its handle and so never somebody else's; where that cannot be known to have worked, the failure's fact
 * `leftBehind` names it. An overwritten file is left as far as it came. Returns the bytes written.
 */
export async function createFile(
  share: Share,
  path: string,
  source: ByteSource,
  settings: CreateSettings = {},
): Promise<number> {
  const { signal, size, existing = "fail" } = settings;
  if ((share.maximalAccess & ACCESS.writeData) === 0) throw readOnlyShare(share, path);
  const handle = await openNew(share, path, existing, signal);
  try {
    if (size !== undefined && size >= WORTH_ASKING) await checkRoom(share, handle, size, signal);
    const written = await writeAll(share, handle, source, settings);
    await flush(share, handle, signal);
    const arrived = await closeHandle(share, handle);
    if (arrived !== undefined && arrived !== written) throw sizeDiffers(share, path, arrived, written);
    return written;
  } catch (error) {
    const gone = await clearUp(share, async () => letGo(share, handle, existing === "fail"));
    if (gone || existing === "overwrite") throw error;
    throw asResyncError(error).with({
      state: `A part of the file may be left at the server as ${nameOf(share, path)}.`,
      facts: { leftBehind: path },
    });
  }
}

async function openNew(
  share: Share,
  path: string,
  existing: "fail" | "overwrite",
  signal: AbortSignal | undefined,
): Promise<Handle> {
  const fields = {
    path,
    access: ACCESS.writeData | ACCESS.readAttributes | ACCESS.writeAttributes | ACCESS.delete | ACCESS.synchronize,
    share: SHARE.nothing,
    disposition: existing === "fail" ? DISPOSITION.create : DISPOSITION.overwriteOrCreate,
    options: CREATE_OPTION.notFolder,
  };
  try {
    return await openHandle(share, fields, "Creating", signal);
  } catch (error) {
    if (hasCode(error, "ACCESS_DENIED")) throw await folderMissing(share, path, error);
    // Samba says so where Windows says that the name is taken.
    if (existing === "overwrite" || !hasCode(error, "IS_A_FOLDER")) throw error;
    const { message, facts } = error;
    throw new ResyncError("ALREADY_EXISTS", { message, facts, state: "The folder was not touched.", cause: error });
  }
}

/** Some servers deny access where the folder is missing. */
async function folderMissing(share: Share, path: string, denied: ResyncError): Promise<ResyncError> {
  const folder = posix.dirname(path);
  const found = folder === "." ? "there" : await statPath(share, folder).catch(() => "there");
  if (found !== undefined) return denied;
  return new ResyncError("NOT_FOUND", {
    message: `${nameOf(share, path)} cannot be made: its folder is not there.`,
    facts: denied.facts,
    cause: denied,
  });
}

/** Refuses early what cannot fit. A server that does not tell its free space is asked nothing more. */
async function checkRoom(share: Share, handle: Handle, size: number, signal: AbortSignal | undefined): Promise<void> {
  const { header, message } = await share.connection.send(COMMAND.queryInfo, freeSpaceRequest(handle.id), { signal });
  if (header.status !== STATUS.success) return;
  const free = readFreeSpaceAnswer(message);
  if (free === undefined || free >= BigInt(size)) return;
  throw new ResyncError("DISK_FULL", {
    message: `${nameOf(share, handle.path)} does not fit: ${size} bytes, and only ${free} are free there for this user.`,
    hint: "Free space there, then try again.",
    facts: { size, free: Number(free) },
  });
}

function readOnlyShare(share: Share, path: string): ResyncError {
  return new ResyncError("READ_ONLY", {
    message: `${nameOf(share, path)} cannot be written: this user may only read on the share ${share.label}.`,
    hint: "Check the rights of this user on the share (share permissions, not only those of the folder).",
  });
}

function sizeDiffers(share: Share, path: string, arrived: number, written: number): ResyncError {
  return new ResyncError("IO", {
    message: `${nameOf(share, path)} has ${arrived} bytes after ${written} were written.`,
    hint: "Look into the server's log, and whether its disk is full.",
    facts: { arrived, written },
  });
}
