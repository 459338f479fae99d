import { posix } from "node:path";
import { malformed, refusal } from "../failures.ts";
import { ACCESS, ATTRIBUTE, CREATE_OPTION, DISPOSITION, SHARE } from "../messages/access.ts";
import { queryDirectoryRequest, readDirectoryAnswer, type DirectoryEntry } from "../messages/query-directory.ts";
import { nameOf, type Share } from "../share.ts";
import { STATUS } from "../status.ts";
import { COMMAND } from "../wire/header.ts";
import { closeHandle, closeQuietly, openHandle, type Handle } from "./handle.ts";

/** Entries of a folder at the most; a server that tells of more is not believed. */
const MOST_ENTRIES = 100_000;

/** The entries of a folder (MS-SMB2 3.2.4.17). Throws `NOT_FOUND`, `NOT_A_FOLDER`. */
export async function listFolder(share: Share, path: string, signal?: AbortSignal): Promise<DirectoryEntry[]> {
  const handle = await openFolder(share, path, DISPOSITION.open, "Listing", signal);
  try {
    const entries: DirectoryEntry[] = [];
    for (let first = true; ; first = false) {
      const page = await nextPage(share, handle, "*", first, signal);
      if (page === undefined) return entries;
      entries.push(...page);
      if (entries.length > MOST_ENTRIES)
        throw malformed(`${nameOf(share, path)} has more than ${MOST_ENTRIES} entries`);
    }
  } finally {
    await closeQuietly(share, handle);
  }
}

/** The name under which `path` stands in its folder, in the spelling that the folder keeps; `undefined` when it is not listed. */
export async function spelling(share: Share, path: string, signal?: AbortSignal): Promise<string | undefined> {
  const folder = posix.dirname(path);
  const handle = await openFolder(share, folder === "." ? "" : folder, DISPOSITION.open, "Listing", signal);
  try {
    return (await nextPage(share, handle, posix.basename(path), true, signal))?.[0]?.name;
  } finally {
    await closeQuietly(share, handle);
  }
}

/** Makes a folder. Throws `ALREADY_EXISTS` when the name is taken, `NOT_FOUND` when its parent is missing. */
export async function makeFolder(share: Share, path: string, signal?: AbortSignal): Promise<void> {
  await closeHandle(share, await openFolder(share, path, DISPOSITION.create, "Making", signal));
}

async function openFolder(
  share: Share,
  path: string,
  disposition: number,
  doing: string,
  signal: AbortSignal | undefined,
): Promise<Handle> {
  const fields = {
    path,
    access: ACCESS.listFolder | ACCESS.readAttributes | ACCESS.synchronize,
    share: SHARE.all,
    disposition,
    options: CREATE_OPTION.folder,
    attributes: ATTRIBUTE.folder,
  };
  const handle = await openHandle(share, fields, doing, signal);
  if ((handle.attributes & ATTRIBUTE.folder) !== 0) return handle;
  // Not every server looks.
  await closeQuietly(share, handle);
  throw refusal(`${doing} ${nameOf(share, path)}`, STATUS.notADirectory);
}

/** One answer's entries, or `undefined` after the last. A page without any would let a server keep us here for ever. */
async function nextPage(
  share: Share,
  handle: Handle,
  pattern: string,
  first: boolean,
  signal: AbortSignal | undefined,
): Promise<DirectoryEntry[] | undefined> {
  const request = queryDirectoryRequest(handle.id, pattern, first);
  const { header, message } = await share.connection.send(COMMAND.queryDirectory, request, { signal });
  const nothing: readonly number[] = [STATUS.noMoreFiles, STATUS.noSuchFile];
  if (nothing.includes(header.status)) return undefined;
  if (header.status !== STATUS.success) throw refusal(`Listing ${nameOf(share, handle.path)}`, header.status);
  const page = readDirectoryAnswer(message);
  if (page.length === 0 && !first) throw malformed(`a page of ${nameOf(share, handle.path)} is empty`);
  return page;
}
