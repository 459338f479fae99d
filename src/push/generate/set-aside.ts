import { placePath } from "../../transfer/place.ts";
import type { DssChange } from "./change.ts";
import type { DssHost } from "./dss-host.ts";
import { freeKeptName } from "./kept-name.ts";
import { withFolder } from "./locate.ts";

/**
 * Gives a file of a folder a free kept name in the same folder, by one rename: no second disk space, never half a file. `make`
 * journals the change and runs the act. Returns the kept file's Windows path. Throws `FILE_BUSY` when somebody holds the file open.
 */
export async function setAside(
  host: DssHost,
  folder: string,
  name: string,
  now: Date,
  make: (change: DssChange, act: () => Promise<void>) => Promise<void>,
): Promise<string> {
  return withFolder(host, folder, async (place) => {
    const kept = await freeKeptName(place, now);
    await make({ kind: "move-file", folder, from: name, to: kept }, async () => {
      await place.replace(placePath(name), kept);
    });
    return `${folder}\\${kept}`;
  });
}
