import { hasCode } from "../../errors.ts";
import { ACCESS, ATTRIBUTE, DISPOSITION, SHARE } from "../messages/access.ts";
import type { Share } from "../share.ts";
import { dateOf } from "../wire/filetime.ts";
import { closeQuietly, openHandle } from "./handle.ts";

/** What stands under a path. */
export interface Stat {
  readonly kind: "file" | "folder" | "other";
  /** Bytes, as the open file has them: the folder's own record may lag behind (Q180011). 0 for what is no file. */
  readonly size: number;
  readonly modified: Date | undefined;
}

/** Looks at `path`; `undefined` when nothing stands there. Links are followed by the server. */
export async function statPath(share: Share, path: string, signal?: AbortSignal): Promise<Stat | undefined> {
  const fields = {
    path,
    access: ACCESS.readAttributes | ACCESS.synchronize,
    share: SHARE.all,
    disposition: DISPOSITION.open,
    options: 0,
  };
  try {
    const handle = await openHandle(share, fields, "Looking at", signal);
    await closeQuietly(share, handle);
    const kind = kindOf(handle.attributes);
    return { kind, size: kind === "file" ? handle.size : 0, modified: dateOf(handle.lastWrite) };
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) return undefined;
    throw error;
  }
}

/** A file's kind by its attributes; what the server does not follow itself, such as a reparse point, is neither file nor folder. */
export function kindOf(attributes: number): Stat["kind"] {
  if ((attributes & ATTRIBUTE.reparsePoint) !== 0) return "other";
  return (attributes & ATTRIBUTE.folder) === 0 ? "file" : "folder";
}
