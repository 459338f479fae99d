import { posix } from "node:path";
import { ResyncError } from "../../errors.ts";
import type { PlacePath } from "../place.ts";

/**
 * Throws `CONTRACT` when a replace names the same file twice (some servers delete it then: Win32-OpenSSH issue 1849) or two folders
 * (a move between folders may be a copy).
 */
export function refuseSameOrElsewhere(label: string, from: PlacePath, to: PlacePath): void {
  if (from !== to && posix.dirname(from) === posix.dirname(to)) return;
  throw new ResyncError("CONTRACT", {
    message: `${label}: ${from} cannot take the place of ${to}; the names must differ and lie in the same folder.`,
    state: "Nothing was changed.",
    facts: { from, to },
  });
}
