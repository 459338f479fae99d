import { posix } from "node:path";
import { hasCode, ResyncError, throwIfAborted } from "../../errors.ts";
import { openShare } from "../../smb2/connect.ts";
import { createFile } from "../../smb2/files/create.ts";
import { listFolder } from "../../smb2/files/folder.ts";
import { readFile } from "../../smb2/files/read.ts";
import { removeFile } from "../../smb2/files/remove.ts";
import { kindOf, statPath } from "../../smb2/files/stat.ts";
import type { DirectoryEntry } from "../../smb2/messages/query-directory.ts";
import type { SmbOptions } from "../../smb2/options.ts";
import type { SessionFacts, Share } from "../../smb2/share.ts";
import { dateOf } from "../../smb2/wire/filetime.ts";
import { formatPlaceAddress, type SmbAddress } from "../place-address.ts";
import type { Place, PlaceEntry, PlacePath } from "../place.ts";
import { refuseSameOrElsewhere } from "./checks.ts";
import { serialQueue } from "./queue.ts";
import { replaceSmb } from "./smb-replace.ts";

/** How to reach a folder on a share, beyond its address. */
export interface SmbPlaceOptions extends Pick<
  SmbOptions,
  "signing" | "encryption" | "dialects" | "connectTimeoutMs" | "requestTimeoutMs"
> {
  /** Asked at each connection; kept nowhere. */
  readonly password: () => Promise<string>;
  readonly signal?: AbortSignal;
}

/** A place on a share, and how the session that it has now is protected. */
export interface SmbPlace extends Place {
  readonly session: SessionFacts;
}

/**
 * Connects to a folder on a share with SMB 2.0.2 to 3.1.1. A connection that was lost is made again by the next act. Throws what
 * connecting throws (`openShare`), and `USAGE` for an address without a user.
 */
export async function openSmbPlace(address: SmbAddress, options: SmbPlaceOptions): Promise<SmbPlace> {
  const label = formatPlaceAddress(address);
  const connect = async (signal: AbortSignal | undefined): Promise<Share> =>
    openShare({
      ...options,
      host: address.host,
      port: address.port,
      share: address.share,
      credentials: { ...accountOf(address), password: await options.password() },
      ...(signal === undefined ? {} : { signal }),
    });
  return smbPlace(address.path, label, connect, await connect(options.signal));
}

function smbPlace(
  root: string,
  label: string,
  connect: (signal: AbortSignal | undefined) => Promise<Share>,
  first: Share,
): SmbPlace {
  const queue = serialQueue();
  let connected = Promise.resolve(first);
  let current = first;
  /** The share, connected anew when it was lost. Two acts that find it lost wait for the same connection. */
  const share = async (signal: AbortSignal | undefined): Promise<Share> => {
    throwIfAborted(signal);
    const last = await connected.catch(() => undefined);
    if (last !== undefined && last.broken === undefined) return last;
    connected = connect(signal);
    current = await connected;
    return current;
  };
  const below = (path?: PlacePath): string => (path === undefined ? root : posix.join(root, path));

  return {
    label,
    capabilities: { atomicReplace: true, fsync: true, modes: false, shareModes: true },
    get session() {
      return current.session;
    },

    list: (folder, options) =>
      queue(async () => {
        const at = await share(options?.signal);
        return (await listFolder(at, below(folder), "*", options?.signal)).map(placeEntry);
      }),

    stat: (path, options) => queue(async () => statSmb(await share(options?.signal), below(path), options?.signal)),

    async *read(path, { signal, onProgress } = {}) {
      let read = 0;
      for await (const bytes of readFile(await share(signal), below(path), { signal })) {
        throwIfAborted(signal);
        read += bytes.length;
        onProgress?.(read);
        yield bytes;
      }
      throwIfAborted(signal);
    },

    writeNew: (path, source, options) =>
      queue(async () => createFile(await share(options?.signal), below(path), source, options)),

    replace: (from, to, options) =>
      queue(async () => {
        const at = await share(options?.signal);
        refuseSameOrElsewhere(label, from, to);
        await replaceSmb(at, below(from), below(to), options?.signal);
        return { atomic: true };
      }),

    remove: (path, options) =>
      queue(async () => {
        try {
          await removeFile(await share(options?.signal), below(path), options?.signal);
        } catch (error) {
          if (!hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) throw error;
        }
      }),

    close: async () => {
      const last = await connected.catch(() => undefined);
      if (last?.broken === undefined) await last?.close();
    },
  };
}

/** What stands under `path`, with the size that the open file has and the spelling that its folder has. */
async function statSmb(share: Share, path: string, signal: AbortSignal | undefined): Promise<PlaceEntry | undefined> {
  const found = await statPath(share, path, signal);
  if (found === undefined) return undefined;
  const name = posix.basename(path);
  const [listed] = await listFolder(share, folderOf(path), name, signal);
  return { name: listed?.name ?? name, ...found };
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

function placeEntry(entry: DirectoryEntry): PlaceEntry {
  const kind = kindOf(entry.attributes);
  return {
    name: entry.name,
    kind,
    size: kind === "file" ? Number(entry.size) : 0,
    modified: dateOf(entry.lastWrite),
  };
}

function accountOf(address: SmbAddress): { user: string; domain: string } {
  if (address.user === undefined) {
    throw new ResyncError("USAGE", {
      message: `The place ${formatPlaceAddress(address)} names no user.`,
      hint: "Write smb://user@host/share/path, or smb://domain;user@host/share/path for an account of a domain.",
    });
  }
  return { user: address.user, domain: address.domain ?? "" };
}
