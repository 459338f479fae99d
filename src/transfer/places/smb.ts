import { posix } from "node:path";
import { hasCode, ResyncError, throwIfAborted } from "../../errors.ts";
import { openShare } from "../../smb2/connect.ts";
import { createFile } from "../../smb2/files/create.ts";
import { listFolder, spelling } from "../../smb2/files/folder.ts";
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
 * Connects to a folder on a share with SMB 2.0.2 to 3.1.1. Throws what connecting throws (`openShare`), and `USAGE` for an address
 * without a user. Once the connection is lost every act fails with what ended it.
 */
export async function openSmbPlace(address: SmbAddress, options: SmbPlaceOptions): Promise<SmbPlace> {
  const share = await openShare({
    ...options,
    host: address.host,
    port: address.port,
    share: address.share,
    credentials: { ...accountOf(address), password: await options.password() },
  });
  return placeOn(share, address.path, formatPlaceAddress(address));
}

function placeOn(share: Share, root: string, label: string): SmbPlace {
  const queue = serialQueue();
  const below = (path?: PlacePath): string => (path === undefined ? root : posix.join(root, path));

  return {
    label,
    capabilities: { atomicReplace: true, fsync: true, modes: false, shareModes: true },
    session: share.session,

    list: async (folder, options) =>
      queue(async () => (await listFolder(share, below(folder), options?.signal)).map(placeEntry)),

    stat: async (path, options) => queue(async () => statSmb(share, below(path), options?.signal)),

    async *read(path, { signal, onProgress, lent } = {}) {
      let read = 0;
      for await (const bytes of readFile(share, below(path), { signal, lent })) {
        throwIfAborted(signal);
        read += bytes.length;
        onProgress?.(read);
        yield bytes;
      }
      throwIfAborted(signal);
    },

    writeNew: async (path, source, options) =>
      queue(async () => {
        try {
          return await createFile(share, below(path), source, options);
        } catch (error) {
          // The port's name for it, which a second try goes by.
          const left = error instanceof ResyncError && error.facts["leftBehind"] !== undefined;
          throw left ? error.with({ facts: { leftBehind: path } }) : error;
        }
      }),

    replace: async (from, to, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        refuseSameOrElsewhere(label, from, to);
        await replaceSmb(share, below(from), below(to), options?.signal);
        return { atomic: true };
      }),

    remove: async (path, options) =>
      queue(async () => {
        try {
          await removeFile(share, below(path), options?.signal);
        } catch (error) {
          if (!hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) throw error;
        }
      }),

    close: async () => {
      if (share.broken === undefined) await share.close();
    },
  };
}

/** What stands under `path`, with the size that the open file has and the spelling that its folder has. */
async function statSmb(share: Share, path: string, signal: AbortSignal | undefined): Promise<PlaceEntry | undefined> {
  const listed = spelling(share, path, signal).catch(() => undefined);
  const found = await statPath(share, path, signal);
  const name = (await listed) ?? posix.basename(path);
  return found && { name, ...found };
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
