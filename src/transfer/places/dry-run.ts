import { ResyncError } from "../../errors.ts";
import type { Place, PlacePath } from "../place.ts";

/**
 * A place that can be read and not changed: every write throws `DRY_RUN`. Procedures never call one in a dry run; this is the gate that
 * holds when one forgets.
 */
export function withDryRun(place: Place): Place {
  const refuse = async (act: string, path: PlacePath): Promise<never> => {
    throw new ResyncError("DRY_RUN", {
      message: `--dry-run changes nothing, but ${place.label}/${path} was about to be ${act}.`,
      state: "Nothing was changed.",
      hint: "This is a defect of resync. Please report it.",
    });
  };
  return {
    ...place,
    writeNew: async (path) => refuse("written", path),
    replace: async (_from, to) => refuse("replaced", to),
    remove: async (path) => refuse("removed", path),
  };
}
