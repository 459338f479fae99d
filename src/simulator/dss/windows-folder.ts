import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../errors.ts";
import { localPlace } from "../../transfer/places/local.ts";
import type { Place, PlacePath } from "../../transfer/place.ts";
import { refuseIfOpen } from "./open-files.ts";
import { readKnobs } from "./knobs.ts";
import { localPath } from "./paths.ts";

/** Bytes free for a folder of the simulated DSS: as the knob says, else on the disk that it stands on. */
export async function freeOnDrive(dir: string, windowsPath: string): Promise<number> {
  const { freeBytes } = await readKnobs(dir);
  if (freeBytes !== null) return freeBytes;
  const { bavail, bsize } = await statfs(localPath(dir, windowsPath));
  return bavail * bsize;
}

/**
 * A folder of the simulated DSS as a place that behaves as on Windows: a file that the DXA holds open is `FILE_BUSY`. File names keep
 * the case they have; unlike Windows, another case is another file. `NOT_FOUND` and `NOT_A_FOLDER` as the port says.
 */
export async function windowsFolder(dir: string, windowsPath: string): Promise<Place> {
  const folder = localPath(dir, windowsPath);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new ResyncError(found === undefined ? "NOT_FOUND" : "NOT_A_FOLDER", {
      message: `The simulated DSS has no folder ${windowsPath}.`,
      facts: { path: windowsPath },
    });
  }
  const place = localPlace(folder);
  const free = (path: PlacePath, act: "read" | "change"): Promise<void> => refuseIfOpen(dir, join(folder, path), act);
  return {
    ...place,
    label: windowsPath,
    capabilities: { ...place.capabilities, shareModes: true },
    async *read(path, options) {
      for await (const chunk of place.read(path, options)) {
        // Before every chunk, not once: the DXA may open the file while somebody reads, and Windows would have refused one of the two.
        await free(path, "read");
        yield chunk;
      }
    },
    async replace(from, to, options) {
      await free(from, "change");
      await free(to, "change");
      return place.replace(from, to, options);
    },
    async remove(path, options) {
      await free(path, "change");
      return place.remove(path, options);
    },
  };
}
