import { ACCESS, CREATE_OPTION, DISPOSITION, SHARE } from "../messages/access.ts";
import type { Share } from "../share.ts";
import { closeHandle, openHandle } from "./handle.ts";

/** Removes a file, or the link itself where it is one. Throws `NOT_FOUND`, `IS_A_FOLDER`, `FILE_BUSY`, `ACCESS_DENIED`. */
export async function removeFile(share: Share, path: string, signal?: AbortSignal): Promise<void> {
  await removeThing(share, path, CREATE_OPTION.notFolder, signal);
}

/** Removes an empty folder. Throws `NOT_FOUND`, `NOT_A_FOLDER`, `IO` when it is not empty. */
export async function removeFolder(share: Share, path: string, signal?: AbortSignal): Promise<void> {
  await removeThing(share, path, CREATE_OPTION.folder, signal);
}

async function removeThing(share: Share, path: string, kind: number, signal: AbortSignal | undefined): Promise<void> {
  const handle = await openHandle(
    share,
    {
      path,
      access: ACCESS.delete | ACCESS.readAttributes | ACCESS.synchronize,
      share: SHARE.all,
      disposition: DISPOSITION.open,
      options: CREATE_OPTION.deleteOnClose | CREATE_OPTION.theLinkItself | kind,
    },
    "Removing",
    signal,
  );
  await closeHandle(share, handle);
}
