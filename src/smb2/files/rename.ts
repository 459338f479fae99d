import { ACCESS, CREATE_OPTION, DISPOSITION, SHARE } from "../messages/access.ts";
import { renameRequest } from "../messages/set-info.ts";
import { ask, nameOf, type Share } from "../share.ts";
import { COMMAND } from "../wire/header.ts";
import { closeQuietly, openHandle } from "./handle.ts";

export interface RenameSettings {
  /** Take the place of a file that stands there; otherwise that is `ALREADY_EXISTS`. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Renames a file in one act of the server's (MS-FSCC 2.4.43): at every moment the old file or the new one stands under `to`. Windows
 * refuses to replace a file that somebody has open (`FILE_BUSY` or `ACCESS_DENIED`); Samba replaces it and leaves readers the old one.
 */
export async function renameFile(share: Share, from: string, to: string, settings: RenameSettings = {}): Promise<void> {
  const { replace = false, signal } = settings;
  const handle = await openHandle(
    share,
    {
      path: from,
      access: ACCESS.delete | ACCESS.readAttributes | ACCESS.synchronize,
      share: SHARE.all,
      disposition: DISPOSITION.open,
      options: CREATE_OPTION.notFolder,
    },
    "Renaming",
    signal,
  );
  try {
    const what = `Renaming ${nameOf(share, from)} to ${nameOf(share, to)}`;
    await ask(share, COMMAND.setInfo, renameRequest(handle.id, to, replace), what, { signal });
  } finally {
    await closeQuietly(share, handle);
  }
}
